import { type BlockMark, MemoryProjection, type MemoryStore, type Projection } from '@virtualchain/projection';
import { databaseError } from '../run/port-errors.ts';
import type { Process } from '../run/process.ts';

/**
 * A projection as one process reaches it: what Postgres would commit survives the process, everything else does not.
 * The reply to COMMIT may be lost (the call's own fate), and COMMIT itself may fail.
 */
export async function connectProjection(
  process: Process,
  store: MemoryStore,
  failsCommit: () => boolean,
): Promise<Projection> {
  const projection = await process.call('db', 'open', () => new MemoryProjection(store));
  const close = () => process.call('own', 'close', () => projection.close());
  return {
    schema: projection.schema,
    machine: projection.machine,
    checkpoint: () => process.call('db', 'checkpoint', () => projection.checkpoint()),
    advance: (changes) =>
      process.call('db', 'advance', () => {
        store.beforeCommit = async () => {
          if (failsCommit()) throw databaseError();
        };
        return projection.advance(changes);
      }),
    async *marks() {
      const marks = await process.call('db', 'marks', () => Array.fromAsync(projection.marks()));
      for (const mark of marks) yield mark as BlockMark;
    },
    rewind: (to) => process.call('db', 'rewind', () => projection.rewind(to)),
    attach: (log, places) => process.call('db', 'attach', () => projection.attach(log, places)),
    setFault: (fault, from) => process.call('db', 'setFault', () => projection.setFault(fault, from)),
    close,
    [Symbol.asyncDispose]: close,
  };
}
