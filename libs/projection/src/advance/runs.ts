import type { AnyStateMachine } from '@virtualchain/machine';
import type { ConnectedBlock, Cursor, DisconnectedBlock, LogChange } from '@virtualchain/operation-log';
import { ForeignLog, NotNext } from '../errors.ts';

/** Neighbouring changes of one kind: what is written, or rolled back, at once. */
export type Run =
  | { readonly kind: 'connected'; readonly changes: ConnectedBlock[] }
  | { readonly kind: 'disconnected'; readonly changes: DisconnectedBlock[] };

export function runsOf(changes: readonly LogChange[]): Run[] {
  const runs: Run[] = [];
  for (const change of changes) {
    const last = runs.at(-1);
    if (change.kind === 'connected') {
      if (last?.kind === 'connected') last.changes.push(change);
      else runs.push({ kind: 'connected', changes: [change] });
    } else if (last?.kind === 'disconnected') last.changes.push(change);
    else runs.push({ kind: 'disconnected', changes: [change] });
  }
  return runs;
}

/** Changes without the blocks above the last one that the machine folds: they lie on top of it, and go before it does. */
export function upToStop({ stopAfter }: AnyStateMachine, changes: readonly LogChange[]): readonly LogChange[] {
  return stopAfter === undefined ? changes : changes.filter(({ event }) => event.height <= stopAfter);
}

/**
 * Holds changes to the branch they extend, once more where state changes: the same log, a higher sequence, and each on
 * the block before it.
 *
 * @throws ForeignLog, NotNext.
 */
export function checkFollows(schema: string, cursor: Cursor | null, changes: readonly LogChange[]): void {
  let sequence = cursor?.sequence ?? 0;
  let tip = cursor?.hash ?? null;
  let at = cursor?.height ?? null;
  for (const { kind, event, cursor: after } of changes) {
    if (cursor !== null && event.log !== cursor.log) throw new ForeignLog(schema, cursor.log, event.log);
    if (event.sequence <= sequence) throw new NotNext(schema, `sequence ${event.sequence} does not follow ${sequence}`);
    if (kind === 'connected') {
      if (tip !== null && event.previousHash !== tip) throw new NotNext(schema, `block ${event.hash} is not on ${tip}`);
      if (at !== null && event.height !== at + 1)
        throw new NotNext(schema, `block ${event.height} does not follow ${at}`);
    } else if (event.hash !== tip)
      throw new NotNext(schema, `block ${event.hash} is disconnected, but the newest is ${tip}`);
    sequence = after.sequence;
    tip = after.hash;
    at = after.height;
  }
}
