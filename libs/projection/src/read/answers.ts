import { type Height, height as toHeight } from '@virtualchain/bitcoin';
import type { ConsensusHash, SnvServer } from '@virtualchain/machine';
import { sql } from 'kysely';
import { readBlock, storedSnapshots } from '../build/blocks.ts';
import { LAYOUT, on } from '../build/build.ts';
import { orDatabaseError } from '../build/database/database.ts';
import { StoredOperations, txidHex } from '../build/operations.ts';
import { readTransitions } from '../build/transitions.ts';
import type { MachineInstance } from '../registry/registered-build.ts';
import type { Registry } from '../registry/registry.ts';
import { viewSchema } from '../registry/views.ts';

/** What a projector answers to light clients, from the views of the live build, whichever that is. */
export interface Answers extends SnvServer {
  /** Where an operation is: height and position of its transaction in the block; null when there is none. */
  placeOf(txid: string): Promise<{ readonly height: Height; readonly transactionIndex: number } | null>;
}

/** The answers of a machine, over the registry's pool: they need no more than its views. */
export function answersOf({ db }: Registry, instance: MachineInstance): Answers {
  const build = { db, schema: viewSchema(instance), layout: LAYOUT };
  const snapshots = storedSnapshots(build);
  return {
    opsHash: (height) => orDatabaseError(async () => (await readBlock(build, height))?.opsHash ?? null),
    consensusHashes: (heights) =>
      orDatabaseError(async () => {
        const stored = await snapshots.at(heights);
        const initial: ReadonlyMap<Height, ConsensusHash> = instance.machine.initialSnapshots;
        return heights.map((height) => stored.get(height) ?? initial.get(height) ?? null);
      }),
    operationsAt: (height) =>
      orDatabaseError(async () => (await readTransitions(build, height, height)).map(({ serialized }) => serialized)),
    placeOf: (txid) =>
      orDatabaseError(async () => {
        const found = await on(build, StoredOperations)
          .selectFrom('stored_operations')
          .select(['height', 'transaction_index'])
          .where(sql<boolean>`${txidHex} = ${txid}`)
          .limit(1)
          .executeTakeFirst();
        return found === undefined
          ? null
          : { height: toHeight(found.height), transactionIndex: found.transaction_index };
      }),
  };
}
