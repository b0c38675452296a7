import { height } from '@virtualchain/bitcoin';
import { allRows, type Reading } from '@virtualchain/machine';
import { balanceOf } from '@virtualchain/machine-bns';
import type { Differences } from '@virtualchain/testing';
import { type Act, valueHashOf } from './acts.ts';
import type { People } from './people.ts';
import { BEFORE_FORK, EXPECTED_BALANCES, EXPECTED_NAMES, WINNING } from './script.ts';

/** Compares what Postgres holds of bns with what was worked out by hand: names, balances, and each operation's verdict. */
export async function compareWithHandWritten(reading: Reading, people: People): Promise<Differences> {
  return [
    ...differing('names', await storedNames(reading), expectedNames(people)),
    ...differing('balances', await storedBalances(reading), expectedBalances(people)),
    ...differing('verdicts', await storedVerdicts(reading), expectedVerdicts(people)),
  ];
}

function differing(what: string, stored: readonly string[], byHand: readonly string[]): Differences {
  const count = Math.max(stored.length, byHand.length);
  return Array.from({ length: count }, (_, i) =>
    stored[i] === byHand[i] ? [] : [`${what}, ${i}: ${stored[i]}, by hand ${byHand[i]}`],
  ).flat();
}

async function storedNames(reading: Reading): Promise<readonly string[]> {
  return (await allRows(reading, 'names')).map((row) =>
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

async function storedBalances(reading: Reading): Promise<readonly string[]> {
  const rows = await allRows(reading, 'accounts');
  return rows.map((row) => `${row['address']} ${balanceOf(row as unknown as Parameters<typeof balanceOf>[0])}`).sort();
}

const expectedBalances = ({ addressOf }: People): readonly string[] =>
  EXPECTED_BALANCES.map(([person, micro]) => `${addressOf(person)} ${micro}`).sort();

/** Of every block: what is not in the script may not be in Postgres either. */
async function storedVerdicts(reading: Reading): Promise<readonly string[]> {
  const found: string[] = [];
  for (let at = 0; at <= reading.tip; at++) {
    for (const { event, verdict } of await reading.operationsAt(height(at)))
      found.push(`${at}.${event.position} ${verdict.kind} ${verdict.kind === 'accepted' ? null : verdict.code}`);
  }
  return found;
}

function expectedVerdicts({ funded }: People): readonly string[] {
  const blocks: readonly (readonly Act[])[] = [...BEFORE_FORK, ...WINNING];
  return blocks.flatMap((acts, block) =>
    acts.map(({ verdict, code }, position) => `${funded.height + block + 1}.${position} ${verdict} ${code}`),
  );
}
