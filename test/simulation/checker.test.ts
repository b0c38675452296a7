import { beforeAll, expect, test } from '@jest/globals';
import { check } from './checks/checker.ts';
import type { Dump, Evidence } from './checks/evidence.ts';
import { simulate } from './simulate.ts';

/** A run that passes; each mutant alters one thing in what it left behind, and the checker has to name it. */
let evidence: Evidence;

beforeAll(async () => {
  const run = await simulate({ seed: 4 });
  expect(run.violations).toEqual([]);
  ({ evidence } = run);
});

const invariants = (mutant: Evidence): string[] => [
  ...new Set(check(mutant).violations.map(({ invariant }) => invariant)),
];

type Json = Record<string, unknown>;
const decode = (record: Uint8Array): Json => JSON.parse(Buffer.from(record).toString('utf8')) as Json;
const encode = (event: Json): Uint8Array => Buffer.from(JSON.stringify(event));

/** Index of a record of that type, well inside the log and not void. */
function recordOf(type: string, from = 0.5): number {
  const start = Math.floor(evidence.records.length * from);
  return evidence.records.findIndex((record, index) => index >= start && decode(record)['type'] === type);
}

function withRecords(change: (records: Uint8Array[]) => void): Evidence {
  const records = [...evidence.records];
  change(records);
  return { ...evidence, records };
}

function withDump(change: (dump: { -readonly [Key in keyof Dump]: Dump[Key] }) => void): Evidence {
  const [first, ...others] = evidence.projections;
  if (first === undefined) throw new Error('no projection');
  const dump = { ...first.dump };
  change(dump);
  return { ...evidence, projections: [{ ...first, dump }, ...others] };
}

function swapped<Item>(items: readonly Item[], first: number, second: number): Item[] {
  const copy = [...items];
  [copy[first], copy[second]] = [items[second] as Item, items[first] as Item];
  return copy;
}

const flipped = (hex: string): string => `${hex.slice(0, -1)}${(Number.parseInt(hex.slice(-1), 16) ^ 1).toString(16)}`;

test('what a real run left behind passes', () => {
  expect(check(evidence).violations).toEqual([]);
});

test('log: one operation dropped', () => {
  expect(invariants(withRecords((records) => records.splice(recordOf('operation'), 1)))).toContain('I6');
});

test('log: one operation dropped, and every sequence after it closed up', () => {
  const mutant = withRecords((records) => {
    const at = recordOf('operation');
    records.splice(at, 1);
    for (let index = at; index < records.length; index += 1) {
      const event = decode(records[index] as Uint8Array);
      records[index] = encode({ ...event, sequence: Number(event['sequence']) - 1 });
    }
  });
  expect(invariants(mutant)).toContain('I6'); // the block is never whole, or its digest does not fit
});

test('log: one operation twice, as another record', () => {
  const mutant = withRecords((records) => {
    const at = recordOf('operation');
    const event = decode(records[at] as Uint8Array);
    records.splice(at + 1, 0, encode({ ...event, fee: '1' }));
  });
  expect(invariants(mutant)).toContain('I6');
});

test('log: two operations swapped', () => {
  const at = evidence.records.findIndex(
    (record, index) =>
      index > 100 &&
      decode(record)['type'] === 'operation' &&
      decode(evidence.records[index + 1] as Uint8Array)['type'] === 'operation',
  );
  expect(invariants({ ...evidence, records: swapped(evidence.records, at, at + 1) })).toContain('I6');
});

test.each(['hash', 'digest', 'header', 'previousHash'])('log: one bit of the %s of a block flipped', (field) => {
  const mutant = withRecords((records) => {
    const at = recordOf('block.connected');
    const event = decode(records[at] as Uint8Array);
    records[at] = encode({ ...event, [field]: flipped(String(event[field])) });
  });
  expect(invariants(mutant)).toContain('I6');
});

test('log: a disconnect that was not needed', () => {
  expect(invariants({ ...evidence, hadToLeave: () => false })).toContain('I7');
});

test('log: a block that never came is disconnected', () => {
  const mutant = withRecords((records) => {
    const at = recordOf('block.disconnected', 0);
    const event = decode(records[at] as Uint8Array);
    records[at] = encode({ ...event, hash: flipped(String(event['hash'])) });
  });
  expect(invariants(mutant)).toContain('I7');
});

test('projection: one operation dropped', () => {
  expect(invariants(withDump((dump) => (dump.operations = dump.operations.toSpliced(200, 1))))).toContain('I1');
});

test('projection: one operation doubled', () => {
  const mutant = withDump((dump) => {
    const [operation] = dump.operations.slice(200);
    if (operation !== undefined) dump.operations = dump.operations.toSpliced(200, 0, operation);
  });
  expect(invariants(mutant)).toContain('I2');
});

test('projection: two operations swapped', () => {
  expect(invariants(withDump((dump) => (dump.operations = swapped(dump.operations, 200, 201))))).toContain('I3');
});

test.each(['consensusHash', 'opsHash', 'changesHash'] as const)('projection: one bit of a %s flipped', (field) => {
  const mutant = withDump((dump) => {
    dump.blocks = dump.blocks.map((block, index) =>
      index === 90 ? { ...block, [field]: flipped(block[field]) } : block,
    );
  });
  expect(invariants(mutant)).toEqual([field === 'changesHash' ? 'I5' : 'I4']);
});

test('projection: a row altered, a row lost, a verdict changed', () => {
  const [table = ''] = Object.keys(evidence.projections[0]?.dump.tables ?? {});
  const rows = (change: (rows: readonly string[]) => readonly string[]): Evidence =>
    withDump((dump) => (dump.tables = { ...dump.tables, [table]: change(dump.tables[table] ?? []) }));
  expect(invariants(rows((all) => all.with(0, '{}')))).toEqual(['I5']);
  expect(invariants(rows((all) => all.slice(1)))).toEqual(['I5']);
  const verdict = withDump(
    (dump) => (dump.operations = dump.operations.map((row) => ({ ...row, verdict: 'accepted' }))),
  );
  expect(invariants(verdict)).toEqual(['I5']);
});

test('feed: a retraction lost, an operation doubled', () => {
  const [first, ...others] = evidence.projections;
  if (first === undefined) throw new Error('no projection');
  const withFeed = (feed: typeof first.feed): Evidence => ({
    ...evidence,
    projections: [{ ...first, feed }, ...others],
  });
  const retraction = first.feed.findIndex(({ kind }) => kind === 'disconnected');
  expect(invariants(withFeed(first.feed.toSpliced(retraction, 1)))).toContain('I2');
  const operation = first.feed.findLastIndex(({ kind }) => kind === 'operation');
  const line = first.feed.slice(operation, operation + 1);
  expect(invariants(withFeed(first.feed.toSpliced(operation, 0, ...line)))).toContain('I2');
});

test('subscriber: an event lost, two swapped, an operation dropped', () => {
  const [first] = evidence.subscribers;
  if (first === undefined) throw new Error('no subscriber');
  const withTold = (told: typeof first.told): Evidence => ({ ...evidence, subscribers: [{ ...first, told }] });
  expect(invariants(withTold(first.told.toSpliced(50, 1))).length).toBeGreaterThan(0);
  expect(invariants(withTold(swapped(first.told, 50, 51))).length).toBeGreaterThan(0);
  const told = first.told.map((event, index) =>
    index === first.told.findLastIndex(({ operations }) => operations.length > 0)
      ? { ...event, operations: event.operations.slice(1) }
      : event,
  );
  expect(invariants(withTold(told))).toContain('I1');
});
