import { balanceOf } from '@virtualchain/machine-bns';
import { type PostgresProjection, readRows } from '@virtualchain/projection';
import { type Act, valueHashOf } from './acts.ts';
import type { Differences } from './compare.ts';
import type { People } from './people.ts';
import { BEFORE_FORK, EXPECTED_BALANCES, EXPECTED_NAMES, WINNING } from './script.ts';

/** Compares what Postgres holds of bns with what was worked out by hand: names, balances, and each operation's verdict. */
export async function compareWithHandWritten(projection: PostgresProjection, people: People): Promise<Differences> {
  return [
    ...differing('names', await storedNames(projection), expectedNames(people)),
    ...differing('balances', await storedBalances(projection), expectedBalances(people)),
    ...differing('verdicts', await storedVerdicts(projection), expectedVerdicts(people)),
  ];
}

function differing(what: string, stored: readonly string[], byHand: readonly string[]): Differences {
  const count = Math.max(stored.length, byHand.length);
  return Array.from({ length: count }, (_, i) =>
    stored[i] === byHand[i] ? [] : [`${what}, ${i}: ${stored[i]}, by hand ${byHand[i]}`],
  ).flat();
}

async function storedNames(projection: PostgresProjection): Promise<readonly string[]> {
  return (await readRows(projection, 'names')).map((row) =>
    JSON.stringify([
      row['name'],
      row['sender'],
      row['address'],
      row['value_hash'],
      row['op'],
      row['revoked'],
      row['first_registered'],
      row['last_renewed'],
    ]),
  );
}

function expectedNames({ scriptOf, addressOf, funded }: People): readonly string[] {
  return EXPECTED_NAMES.map(({ name, owner, value, op, registered, renewed }) =>
    JSON.stringify([
      name,
      scriptOf(owner),
      addressOf(owner),
      value === null ? null : valueHashOf(value),
      op,
      op === '~',
      funded.height + registered,
      funded.height + renewed,
    ]),
  );
}

async function storedBalances(projection: PostgresProjection): Promise<readonly string[]> {
  const rows = await readRows(projection, 'accounts');
  return rows.map((row) => `${row['address']} ${balanceOf(row as unknown as Parameters<typeof balanceOf>[0])}`).sort();
}

const expectedBalances = ({ addressOf }: People): readonly string[] =>
  EXPECTED_BALANCES.map(([person, micro]) => `${addressOf(person)} ${micro}`).sort();

async function storedVerdicts(projection: PostgresProjection): Promise<readonly string[]> {
  const orderBy = { height: 'asc', position: 'asc' };
  const found = await projection.orm.em.fork().find('operations' as never, {} as never, { orderBy: orderBy as never });
  return (found as readonly Record<string, unknown>[]).map(
    ({ height, position, verdict, code }) => `${height}.${position} ${verdict} ${code}`,
  );
}

function expectedVerdicts({ funded }: People): readonly string[] {
  const blocks: readonly (readonly Act[])[] = [...BEFORE_FORK, ...WINNING];
  return blocks.flatMap((acts, block) =>
    acts.map(({ verdict, code }, position) => `${funded.height + block + 1}.${position} ${verdict} ${code}`),
  );
}
