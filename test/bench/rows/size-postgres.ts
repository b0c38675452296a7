import type { Bench } from '../harness/bench.ts';
import { measured } from '../harness/processes.ts';
import { advanceAll, kvChanges, openKv, operationsOf } from '../kit/kv-run.ts';
import { bytesOfSchema } from '../kit/psql.ts';

const YEAR_OPERATIONS = 1_206 * 52_560;

/** What an operation takes in Postgres: every table of a build with its indexes, without the write-ahead log. */
const postgresSize: Bench = {
  name: 'size',
  workload: 'Postgres, W2',
  peer: 'a limit',
  target: { kind: 'amount', atMost: 900, unit: 'bytes per operation' },
  rounds: 1,
  note: 'Two thirds of the operations claim a name, a third changes one of the block before.',
  async open({ quick, parts }) {
    const { postgres } = await parts();
    const changes = await kvChanges(quick ? 12 : 32, 1);
    let perOperation = Number.NaN;
    return {
      async ours(round) {
        const url = await postgres.createDatabase(`size_${round + 1}`);
        await using projection = await openKv(url);
        const figures = await measured(() => advanceAll(projection, changes).then(() => ''));
        perOperation = (await bytesOfSchema(url, projection.schema)) / operationsOf(changes);
        return figures;
      },
      peer: null,
      amount: () => perOperation,
      details: () => [`a year of today's blocks: ${((perOperation * YEAR_OPERATIONS) / 1e9).toFixed(1)} GB`],
      async [Symbol.asyncDispose]() {},
    };
  },
};

export const benches: readonly Bench[] = [postgresSize];
