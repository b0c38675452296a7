import { type Clock, createBackOff, isExpectedError, wallClock } from '@virtualchain/kernel';
import {
  type Cursor,
  type KafkaLogOptions,
  type KnownBlock,
  type LogChange,
  type OperationLog,
  openKafkaLog,
  openPostgresLog,
} from '@virtualchain/operation-log';
import type { BlockConnected, BlockDisconnected, OperationEvent } from '@virtualchain/protocol';
import { RETRY } from './limits.ts';

/** What happened to the branch: a whole block with its operations came, or the newest block left. */
export type ChainChange =
  | {
      readonly kind: 'connected';
      readonly block: BlockConnected;
      readonly operations: readonly OperationEvent[];
      /** To be stored together with what was made of the block. */
      readonly cursor: Cursor;
    }
  | { readonly kind: 'disconnected'; readonly block: BlockDisconnected; readonly cursor: Cursor };

/** Where the log is: a log that is open already, the brokers to reach it by, or the database that keeps it. */
export type LogSource =
  | { readonly log: OperationLog }
  | Pick<KafkaLogOptions, 'brokers' | 'clientId' | 'security'>
  | {
      /** `postgres://user:password@host/database` */
      readonly postgresUrl: string;
      readonly clientId?: string;
    };

/** Which log is followed, and from where. */
export type FollowOptions = LogSource & {
  /** `vchain.<network>.<chain>` */
  readonly topic: string;
  /** Go on after it; from the first block when absent. */
  readonly cursor?: Cursor | null;
  /** Blocks kept from before the cursor, oldest first: a record that is repeated from there is no fork then. */
  readonly known?: readonly KnownBlock[];
  /** Ends the iteration without an error. */
  readonly signal?: AbortSignal;
  /** End at the end of the log instead of waiting for more. */
  readonly untilEnd?: boolean;
  /** Called whenever the end of the log is reached. */
  readonly onEnd?: () => void;
  /** Called with failures that are being retried. */
  readonly onRetry?: (error: unknown) => void;
  /** How waits are waited out: by the wall's clock when absent. */
  readonly clock?: Pick<Clock, 'sleep'>;
};

/**
 * Follows a virtual chain from a cursor: whole blocks only, in order, each change once. A log that does not answer and
 * a topic that does not exist yet are waited for.
 *
 * @throws LogForked or LogTruncated when the log no longer has what the cursor names: go on from an older stored
 * cursor, after undoing what came since, or from the start. LogReplaced and the other faults of the log mean stop.
 */
export async function* follow(options: FollowOptions): AsyncGenerator<ChainChange> {
  const { topic, known, signal, untilEnd, onEnd, onRetry, clock = wallClock } = options;
  const ours = 'log' in options ? null : openSource(options);
  const log = 'log' in options ? options.log : (ours as OperationLog);
  let after = options.cursor ?? null;
  const waits = createBackOff(RETRY);
  try {
    while (!signal?.aborted) {
      try {
        const settings = { after, ...(known && { known }), ...(signal && { signal }), ...(untilEnd && { untilEnd }) };
        for await (const { changes, atEnd } of log.read(topic, settings)) {
          for (const change of changes) {
            if (signal?.aborted) return;
            after = change.cursor;
            yield viewOf(change);
          }
          if (atEnd) onEnd?.();
          waits.reset();
        }
        return;
      } catch (error) {
        if (!isExpectedError(error) || error.remedy !== 'retry') throw error;
        onRetry?.(error);
      }
      await clock.sleep(waits.nextMs(), signal);
    }
  } finally {
    await ours?.close();
  }
}

function openSource(source: Exclude<LogSource, { readonly log: OperationLog }>): OperationLog {
  if (!('postgresUrl' in source)) return openKafkaLog(source);
  const { postgresUrl: url, clientId } = source;
  return openPostgresLog({ url, ...(clientId !== undefined && { clientId }) });
}

function viewOf(change: LogChange): ChainChange {
  const { cursor } = change;
  return change.kind === 'connected'
    ? { kind: 'connected', block: change.event, operations: change.operations, cursor }
    : { kind: 'disconnected', block: change.event, cursor };
}
