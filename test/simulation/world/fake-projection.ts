import {
  type BlockMark,
  DatabaseUnavailable,
  MemoryProjection,
  type MemoryStore,
  type Projection,
} from '@virtualchain/projection';
import type { Life } from '../run/process.ts';

export const databaseError = (): Error => new DatabaseUnavailable(new Error('injected'));

/**
 * A projection as one process reaches it: what Postgres would commit survives the process, everything else does not.
 * The reply to COMMIT may be lost (the call's own fate), and COMMIT itself may fail.
 */
export async function reachProjection(life: Life, store: MemoryStore, failsCommit: () => boolean): Promise<Projection> {
  const projection = await life.call('db', 'open', () => new MemoryProjection(store));
  const close = () => life.call('own', 'close', () => projection.close());
  return {
    schema: projection.schema,
    machine: projection.machine,
    checkpoint: () => life.call('db', 'checkpoint', () => projection.checkpoint()),
    advance: (changes) =>
      life.call('db', 'advance', () => {
        store.beforeCommit = async () => {
          if (failsCommit()) throw databaseError();
        };
        return projection.advance(changes);
      }),
    async *marks() {
      const marks = await life.call('db', 'marks', () => Array.fromAsync(projection.marks()));
      for (const mark of marks) yield mark as BlockMark;
    },
    rewind: (to) => life.call('db', 'rewind', () => projection.rewind(to)),
    attach: (log, places) => life.call('db', 'attach', () => projection.attach(log, places)),
    setFault: (fault, from) => life.call('db', 'setFault', () => projection.setFault(fault, from)),
    close,
    [Symbol.asyncDispose]: close,
  };
}
