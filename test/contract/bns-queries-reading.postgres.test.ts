/** The reading itself, over a machine with every kind of column: memory at each height is the oracle. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import {
  type Collection,
  type Collections,
  encodeTuple,
  MemoryFold,
  type Reading,
  type Row,
  type Version,
} from '@virtualchain/machine';
import type { LogEntry } from '@virtualchain/operation-log';
import { type MachineInstance, openProjection } from '@virtualchain/projection';
import fc from 'fast-check';
import { openReader } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import shelfMachine from '../kit/shelf-machine.ts';
import { changesOf, kvInstance } from './kv-log.ts';
import { connect, FIRST_BLOCK, operationOf } from './log-blocks.ts';

let parts: RealParts<'postgres'>;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);

afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
});

const blocks = 12;
const seed = Number(process.env['VCHAIN_SEED'] ?? 20_260_101);

/** Blocks of operations with random payloads: the machine writes what their bytes say. */
const entries: readonly LogEntry[] = fc
  .sample(fc.array(fc.uint8Array({ minLength: 9, maxLength: 9 }), { minLength: 12, maxLength: 24 }), {
    seed,
    numRuns: blocks,
  })
  .map((payloads, index) => {
    const block = 'a'.repeat(index + 1);
    const operations = payloads.map((payload, position) => ({
      ...operationOf(block, position),
      payload: Buffer.from(payload).toString('hex'),
    }));
    return { ...connect(block, 0), operations } as LogEntry;
  });

test(`rows, pages, counts and versions are those of memory at every height (seed ${seed})`, async () => {
  const instance: MachineInstance = { ...kvInstance(), machine: shelfMachine({}, kvInstance().chain) };
  const changes = await changesOf(entries);
  const url = await parts.postgres.createDatabase('reading');
  await using projection = await openProjection(url, instance);
  await projection.advance(changes);
  await using reader = await openReader(url, instance);
  const fold = await MemoryFold.open(instance.machine);
  const seen = new Map<string, Version<Row>[]>();
  await reader.read(fold.height, (reading) => compare(fold, reading));
  for (const change of changes) {
    if (change.kind !== 'connected') throw new TypeError('nothing is disconnected here');
    const input = { ...change.event, operations: change.operations } as unknown as Parameters<MemoryFold['connect']>[0];
    const folded = await fold.connect(input);
    for (const { collection, key, after } of folded?.changes ?? []) {
      const versions = seen.get(`${collection} ${key}`) ?? [];
      const last = versions.at(-1);
      if (last?.validTo === null) versions[versions.length - 1] = { ...last, validTo: fold.height };
      if (after !== null) versions.push({ row: after, validFrom: fold.height, validTo: null });
      seen.set(`${collection} ${key}`, versions);
    }
    await reader.read(fold.height, async (reading) => {
      await compare(fold, reading);
      await compareVersions(instance, reading, seen);
    });
  }
  expect(fold.height).toBe(FIRST_BLOCK + blocks - 1);
  // The walk was worth it: keys with several versions, and keys that went.
  const histories = [...seen.values()];
  expect(histories.some((versions) => versions.length > 2)).toBe(true);
  expect(histories.some((versions) => versions.at(-1)?.validTo !== null)).toBe(true);
}, 120_000);

async function compare(fold: MemoryFold, { state }: Reading): Promise<void> {
  for (const [name, collection] of Object.entries(fold.machine.collections as Collections)) {
    const found = state[name];
    if (found === undefined) throw new TypeError(`no ${name}`);
    const dump = fold.state.dump(name);
    expect(await rowsOf(found.all())).toEqual(dump);
    for (const row of dump) expect(await found.get(row as never)).toEqual(row);
    for (const [index, columns] of Object.entries(collection.indexes)) {
      const first = columns[0] as string;
      const page = (prefix: Row, after: Row | null, limit: number) =>
        fold.state.page(name, { index, prefix }, after, limit);
      expect(await rowsOf(found.by(index as never, {}))).toEqual(await page({}, null, dump.length));
      for (const row of dump) {
        const prefix = { [first]: row[first] ?? null };
        const options = { after: row, limit: 3 };
        expect(await rowsOf(found.by(index as never, {}, options))).toEqual(await page({}, row, 3));
        expect(await rowsOf(found.by(index as never, prefix, options))).toEqual(await page(prefix, row, 3));
        expect(await found.count(index as never, prefix)).toBe(await fold.state.count(name, { index, prefix }));
      }
    }
  }
}

/** Versions of the genesis rows, which no change tells of, are left to `compare`. */
async function compareVersions(
  { machine }: MachineInstance,
  { state }: Reading,
  seen: ReadonlyMap<string, readonly Version<Row>[]>,
): Promise<void> {
  const { columns, key } = machine.collections['items'] as Collection;
  const all: Version<Row>[] = [];
  for await (const version of state['items']?.everBy('box' as never, {}) ?? []) all.push(version as Version<Row>);
  for (const [place, expected] of seen) {
    if (!place.startsWith('items ')) continue;
    const keyed = all.filter(({ row }) => `items ${encodeTuple(columns, key, row)}` === place);
    const own = keyed.filter(({ validFrom }) => validFrom >= FIRST_BLOCK);
    expect(own).toEqual(expected);
    const [one] = own;
    if (one === undefined) continue;
    const history = await state['items']?.history(one.row as never);
    expect(history).toEqual(keyed.toReversed());
  }
}

async function rowsOf(rows: AsyncIterable<unknown>): Promise<readonly Row[]> {
  const found: Row[] = [];
  for await (const row of rows) found.push(row as Row);
  return found;
}
