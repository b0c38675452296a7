import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import type { Feed, FeedBlock, FeedEnd, FeedOperation } from '@virtualchain/projection';
import fc from 'fast-check';
import { deliver } from './deliver.ts';
import { FeedSource } from './feed-source.ts';
import { feedUnit } from './feed-unit.ts';
import { selectionOf } from './selection.ts';
import type { Source, Told, Unit } from './unit.ts';

/** A stream of blocks of two entries each, as feeds have them; places begin at 1, cursors are places as text. */
function sourceOf(steps: readonly boolean[]): { readonly source: Source; readonly units: readonly Unit[] } {
  const units: Unit[] = [];
  const branch: { height: number; hash: string }[] = [];
  let place = 1;
  for (const [i, isConnect] of steps.entries()) {
    const top = branch.at(-1);
    if (!isConnect && top === undefined) continue;
    const block = isConnect
      ? { height: (top?.height ?? 99) + 1, hash: `${i}` }
      : (top as { height: number; hash: string });
    if (isConnect) branch.push(block);
    else branch.pop();
    const kind = isConnect ? ('connected' as const) : ('disconnected' as const);
    const count = isConnect ? 2 : 1;
    const told = Array.from({ length: count }, (_none, j): Told => {
      return { place: place + j, cursor: String(place + j), kind, text: `${kind} ${block.hash} ${j}` };
    });
    const lastPlace = place + count - 1;
    const ends = { place, lastPlace, before: String(place - 1), after: String(lastPlace), size: 1 };
    units.push({ kind, ...block, ...ends, told: () => told });
    place += count;
  }
  const unitsNow = async (cursor: string) => units.filter(({ lastPlace }) => lastPlace > Number(cursor)).slice(0, 3);
  return { units, source: { tip: null, unitsAfter: unitsNow, unitsNow, placeOf: Number } };
}

async function deliveredFrom(source: Source, after: string, confirmations: number): Promise<Told[]> {
  const wish = { after, selection: { filter: null, blocks: true }, confirmations };
  const all: Told[] = [];
  for await (const { told } of deliver(source, wish, null)) all.push(...told);
  return all;
}

/** What the rule says, looked up and not kept track of: a block is told when it was ever so deep, and its end after that. */
function expected(units: readonly Unit[], confirmations: number): readonly string[] {
  const texts: [at: number, text: string][] = [];
  for (const [i, unit] of units.entries()) {
    if (unit.kind !== 'connected') continue;
    const gone = units.findIndex((other, j) => j > i && other.kind === 'disconnected' && other.hash === unit.hash);
    const life = units.slice(i, gone === -1 ? undefined : gone);
    if (!life.some(({ kind, height }) => kind === 'connected' && height - unit.height + 1 >= confirmations)) continue;
    const selection = { filter: null, blocks: true };
    for (const { place, text } of unit.told(selection)) texts.push([place, text]);
    for (const { place, text } of units[gone]?.told(selection) ?? []) texts.push([place, text]);
  }
  return texts.sort(([a], [b]) => a - b).map(([, text]) => text);
}

const steps = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 60 })
  .map((all) => all.map((n) => n < 6));

test('property: what was undone before it was so deep is never told; all else is, once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 20 }), async (walk, confirmations) => {
      const { source, units } = sourceOf(walk);
      const told = await deliveredFrom(source, '0', confirmations);
      expect(told.map(({ text }) => text)).toEqual(expected(units, confirmations));
    }),
  );
});

test('property: going on from any cursor that was handed out gives exactly the rest', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 6 }), async (walk, confirmations) => {
      const { source } = sourceOf(walk);
      const wish = { after: '0', selection: { filter: null, blocks: true }, confirmations };
      const whole = await deliveredFrom(source, '0', confirmations);
      let told = 0;
      for await (const delivery of deliver(source, wish, null)) {
        for (const entry of delivery.told) {
          told++;
          expect(await deliveredFrom(source, entry.cursor, confirmations)).toEqual(whole.slice(told));
        }
        expect(await deliveredFrom(source, delivery.cursor, confirmations)).toEqual(whole.slice(told));
      }
    }),
    { numRuns: 50 },
  );
});

/** A feed whose blocks are there as soon as they are read, and whose end is told of later. */
function growingFeed() {
  const id = 'a'.repeat(32);
  const blocks: FeedBlock[] = [];
  const known: FeedEnd = { feed: id, position: 0, height: null, hash: null };
  const feed: Pick<Feed, 'end' | 'blocksAfter'> = {
    end: async () => ({ ...known }),
    blocksAfter: async (position) => ({
      end: { ...known },
      blocks: blocks.filter((block) => block.lastPosition > position),
    }),
  };
  const add = (): void => {
    const position = (blocks.at(-1)?.lastPosition ?? 0) + 1;
    const entry = { kind: 'block.retracted', height: 101, blockHash: id, position, changes: [] } as const;
    blocks.push({ kind: 'connected', height: 101, hash: id, position, lastPosition: position, entries: [entry] });
  };
  return { feed: feed as Feed, id, add, show: () => Object.assign(known, { position: blocks.length }) };
}

test('a-cursor-of-its-own-is-ahead: who is behind and reads what was committed since the last look goes on', async () => {
  const { feed, id, add, show } = growingFeed();
  for (let i = 0; i < 3; i += 1) add();
  show();
  const stopping = new AbortController();
  const options = { feed, machine: 'kv', signal: stopping.signal, onRetry: () => undefined };
  const source = await FeedSource.open(options);
  add();
  const wish = { after: `${id}:0`, selection: { filter: null, blocks: true }, confirmations: 1 };
  const places: number[] = [];
  for await (const { told } of deliver(source, wish, stopping.signal)) {
    places.push(...told.map(({ place }) => place));
    if (places.length === 3) show();
    if (places.length === 4) stopping.abort();
  }
  expect(places).toEqual([1, 2, 3, 4]);
});

test('a filter finds the same in what is kept as text alone as in what was just read', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const id = 'a'.repeat(32);
  const entry = (
    position: number,
    kind: 'operation.accepted' | 'operation.rejected',
  ): FeedBlock['entries'][number] => ({
    ...{ position, kind, height: 101, blockHash: id, changes: [], code: null, detail: null },
    operation: { txid: String(position).padStart(64, '0') } as FeedOperation,
  });
  const entries = [entry(1, 'operation.accepted'), entry(2, 'operation.rejected'), entry(3, 'operation.accepted')];
  const block = { height: 101, hash: id, position: 1, lastPosition: 3, entries } as const;
  const unit = feedUnit(id, { kind: 'connected', ...block });
  const placesOf = (filter: string) => unit.told(selectionOf({ filter })).map(({ place }) => place);
  expect(placesOf('verdict=accepted')).toEqual([1, 3]);
  await new Promise(setImmediate); // a weak reference is held until the turn ends
  entries.length = 0;
  gc();
  expect(placesOf('verdict=rejected')).toEqual([2]);
  expect(placesOf(`txid=${'3'.padStart(64, '0')}`)).toEqual([3]);
});
