import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { collection, integer, nullable, type Row, text } from './collection.ts';
import { MemoryState } from './memory-state.ts';
import { WorkingState } from './working-state.ts';

const collections = {
  items: collection({
    columns: { id: integer(), owner: nullable(text()), rank: integer() },
    key: ['id'],
    indexes: { owner: ['owner', 'rank'] },
  }),
};

const anyId = fc.integer({ min: 0, max: 12 });
const anyOwner = fc.option(fc.constantFrom('a', 'b', 'ä', '\u{1f600}'));
const anyWrite = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), id: anyId, owner: anyOwner, rank: fc.integer({ min: -3, max: 3 }) }),
  fc.record({ kind: fc.constant('delete' as const), id: anyId }),
);

async function write(
  working: WorkingState,
  step: { kind: 'put' | 'delete'; id: number; owner?: string | null; rank?: number },
): Promise<void> {
  const { items } = working.state as unknown as {
    items: { put(row: Row): Promise<void>; delete(key: Row): Promise<void> };
  };
  if (step.kind === 'put') await items.put({ id: step.id, owner: step.owner ?? null, rank: step.rank ?? 0 });
  else await items.delete({ id: step.id });
}

interface Items {
  by(index: string, prefix: Row, options?: object): AsyncIterable<unknown>;
  count(index: string, prefix: Row): Promise<number>;
}

const itemsOf = (working: WorkingState): Items => (working.state as unknown as { items: Items }).items;
const listed = (working: WorkingState, owner: string | null) => collect(itemsOf(working).by('owner', { owner }));
const counted = (working: WorkingState, owner: string | null) => itemsOf(working).count('owner', { owner });

async function collect(rows: AsyncIterable<unknown>): Promise<unknown[]> {
  const found = [];
  for await (const row of rows) found.push(row);
  return found;
}

test('by and count see committed rows and the overlay as one, whatever was committed and whatever written since', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyWrite),
      fc.array(anyWrite),
      anyOwner,
      fc.integer({ min: 1, max: 5 }),
      async (committed, since, owner, limit) => {
        const source = new MemoryState(collections);
        const first = new WorkingState(source);
        first.beginBlock();
        for (const step of committed) await write(first, step);
        source.apply(first.blockChanges());
        const working = new WorkingState(source);
        working.beginBlock();
        for (const step of since) await write(working, step);
        const plain = new Map<number, Row>();
        for (const step of [...committed, ...since]) {
          if (step.kind === 'put') plain.set(step.id, { id: step.id, owner: step.owner ?? null, rank: step.rank });
          else plain.delete(step.id);
        }
        const wanted = [...plain.values()]
          .filter((row) => row['owner'] === owner)
          .sort((a, b) => Number(a['rank']) - Number(b['rank']) || Number(a['id']) - Number(b['id']));
        const items = itemsOf(working);
        expect(await collect(items.by('owner', { owner }))).toEqual(wanted);
        expect(await items.count('owner', { owner })).toBe(wanted.length);
        expect(await collect(items.by('owner', { owner }, { limit }))).toEqual(wanted.slice(0, limit));
        const after = wanted[Math.floor(wanted.length / 2)];
        if (after !== undefined)
          expect(await collect(items.by('owner', { owner }, { after }))).toEqual(
            wanted.slice(Math.floor(wanted.length / 2) + 1),
          );
      },
    ),
    { numRuns: 500 },
  );
});

test('what is dropped since a savepoint leaves no trace, and a block counts only what differs in the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyWrite), fc.array(anyWrite), async (kept, dropped) => {
      const once = new WorkingState(new MemoryState(collections));
      const twice = new WorkingState(new MemoryState(collections));
      for (const working of [once, twice]) working.beginBlock();
      for (const working of [once, twice]) await write(working, { kind: 'put', id: 99, owner: 'a', rank: 1 });
      await listed(twice, 'a'); // its index grows with every write, that of the other is made at the end
      for (const step of kept) for (const working of [once, twice]) await write(working, step);
      const savepoint = twice.savepoint();
      for (const step of dropped) await write(twice, step);
      twice.dropSince(savepoint);
      for (const owner of ['a', null]) {
        expect(await listed(twice, owner)).toEqual(await listed(once, owner));
        expect(await counted(twice, owner)).toBe(await counted(once, owner));
      }
      const changes = once.blockChanges();
      expect(twice.blockChanges()).toEqual(changes);
      for (const { before, after } of changes) expect(after).not.toEqual(before);
    }),
    { numRuns: 500 },
  );
});

test('a row that does not fit its collection is refused, named', async () => {
  const working = new WorkingState(new MemoryState(collections));
  working.beginBlock();
  const { items } = working.state as unknown as { items: { put(row: Row): Promise<void> } };
  await expect(items.put({ id: 1, owner: 'a\u0000b', rank: 0 })).rejects.toThrow(/items\.owner/);
  await expect(items.put({ id: 1.5, owner: null, rank: 0 })).rejects.toThrow(/items\.id/);
  await expect(items.put({ id: 1, owner: null, rank: 0, extra: 1 })).rejects.toThrow(/items\.extra/);
  await expect(items.put({ id: 1, owner: 'x'.repeat(2_500), rank: 0 })).rejects.toThrow(
    /items: owner, rank, id take 2516/,
  );
  await items.put({ id: 1, owner: 'x'.repeat(2_000), rank: 0 });
});

test('an iteration hands out the rows of when it began, whatever is written meanwhile', async () => {
  const state = new MemoryState(collections);
  const first = new WorkingState(state);
  first.beginBlock();
  const before = first.state as unknown as { items: { put(row: Row): Promise<void> } };
  for (const id of [1, 2, 3, 4]) await before.items.put({ id, owner: 'a', rank: id });
  state.apply(first.blockChanges());
  const working = new WorkingState(state);
  working.beginBlock();
  const { items } = working.state as unknown as {
    items: {
      put(row: Row): Promise<void>;
      delete(key: Row): Promise<void>;
      by(index: string, prefix: Row): AsyncIterable<Row>;
    };
  };
  const seen: unknown[] = [];
  for await (const row of items.by('owner', { owner: 'a' })) {
    seen.push(row['id']);
    await items.put({ id: 3, owner: 'b', rank: 3 });
    await items.delete({ id: 4 });
    await items.put({ id: 5, owner: 'a', rank: 5 });
  }
  expect(seen).toEqual([1, 2, 3, 4]);
  expect(await Array.fromAsync(items.by('owner', { owner: 'a' }), (row) => row['id'])).toEqual([1, 2, 5]);
});

test('a look-up by index costs what it finds, however much the batch has written', async () => {
  let reads = 0;
  const columns = new Proxy(collections.items.columns, {
    get(target, name) {
      reads += 1;
      return Reflect.get(target, name);
    },
  });
  const counting = { items: { ...collections.items, columns } };
  const costs: number[] = [];
  for (const others of [100, 5_000]) {
    const working = new WorkingState(new MemoryState(counting));
    working.beginBlock();
    await write(working, { kind: 'put', id: -1, owner: 'first', rank: 0 });
    await listed(working, 'wanted'); // the index is made here
    for (let id = 0; id < others; id += 1) await write(working, { kind: 'put', id, owner: `owner ${id}`, rank: 0 });
    for (let id = others; id < others + 3; id += 1)
      await write(working, { kind: 'put', id, owner: 'wanted', rank: id });
    reads = 0;
    expect(await listed(working, 'wanted')).toHaveLength(3);
    expect(await counted(working, 'wanted')).toBe(3);
    costs.push(reads);
  }
  expect(costs[1]).toBe(costs[0]);
  expect(costs[0]).toBeGreaterThan(0);
});
