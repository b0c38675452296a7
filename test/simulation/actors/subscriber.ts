import { type ChainChange, follow } from '@virtualchain/client';
import { isExpectedError } from '@virtualchain/kernel';
import type { Cursor, OperationLog } from '@virtualchain/operation-log';
import type { Process } from '../run/process.ts';
import type { SubscriberEvent, SubscriberStore } from '../world/subscriber-store.ts';

export interface Subscription {
  readonly log: OperationLog;
  readonly topic: string;
  readonly signal: AbortSignal;
}

/** A downstream service as the client's documentation wants it: stores each change with its cursor, goes back when told. */
export async function subscribe(
  process: Process,
  store: SubscriberStore,
  { log, topic, signal }: Subscription,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const known = store.branch.map(({ event, cursor, fromSequence }) => {
        return { fromSequence, toSequence: cursor.sequence, hash: event.hash as Cursor['hash'] & string };
      });
      for await (const change of follow({ log, topic, cursor: store.cursor, known, signal, clock: process })) {
        await process.call('own', 'store', () => apply(store, change));
      }
    } catch (error) {
      if (!isExpectedError(error)) throw error;
      if (error.remedy === 'rewind') await process.call('own', 'go back', () => dropNewest(store));
      else if (error.code === 'LOG_REPLACED') await process.call('own', 'start over', () => startOver(store));
      else throw error;
    }
  }
}

function apply(store: SubscriberStore, change: ChainChange): void {
  const { kind, block, cursor } = change;
  const { height, hash, previousHash } = block;
  const operations =
    kind === 'connected'
      ? change.operations.map(({ txid, transactionIndex, opcode, payload }) => {
          return { txid, transactionIndex, payload: `${opcode ?? ''}${payload}` };
        })
      : [];
  const event: SubscriberEvent = { kind, height, hash, previousHash, operations };
  if (kind === 'connected') store.branch.push({ event, cursor, fromSequence: block.sequence });
  else store.branch.pop();
  store.events.push(event);
  store.cursor = cursor;
}

function dropNewest(store: SubscriberStore): void {
  const dropped = store.branch.pop();
  if (dropped !== undefined) store.events.push({ ...dropped.event, kind: 'disconnected', operations: [] });
  store.cursor = store.branch.at(-1)?.cursor ?? null;
}

function startOver(store: SubscriberStore): void {
  while (store.branch.length > 0) dropNewest(store);
  store.cursor = null;
}
