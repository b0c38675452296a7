import { ExpectedError } from '@virtualchain/kernel';
import { findDivergence } from '@virtualchain/projection';
import { type Connection, databaseOf } from '../connection.ts';
import { openLive } from '../machine-of.ts';
import { print } from '../output.ts';

/** Two operators do not hold the same history. */
class Diverged extends ExpectedError {
  override readonly name = 'Diverged';
  readonly code = 'DIVERGED';
  readonly remedy = 'halt';
}

/** `vchain diverge A B`: where the projections of two databases part. */
export async function diverge(
  connection: Connection,
  urls: readonly [string, string],
  machine: string,
  options: { readonly json: boolean },
): Promise<void> {
  const [first, second] = [
    await databaseOf('a (the first database)', urls[0]),
    await databaseOf('b (the second database)', urls[1]),
  ];
  await using a = await openLive({ ...connection, postgresUrl: first }, machine);
  await using b = await openLive({ ...connection, postgresUrl: second }, machine);
  const found = await findDivergence(a.projection, b.projection);
  if (options.json) print(JSON.stringify({ machine, divergence: found }));
  if (found === null) {
    if (!options.json) print(`${machine}: both hold the same history`);
    return;
  }
  const { height, by, a: left, b: right, first: difference } = found;
  if (!options.json) {
    print(`height ${height}, ${by}: A ${left}, B ${right}`);
    if (difference !== null) print(`${difference.what}: A ${difference.a}, B ${difference.b}`);
  }
  throw new Diverged(`${machine}: A and B differ from height ${height} on, by ${by}`);
}
