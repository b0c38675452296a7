/** The feed of a machine that also writes when a block opens and closes: the state can be made of it alone, after every entry. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type AnyStateMachine, type Collections, canonicalRow, MemoryFold, type Row } from '@virtualchain/machine';
import type { LogChange, LogEntry } from '@virtualchain/operation-log';
import {
  type Feed,
  type FeedBlock,
  type FeedEntry,
  feedOf,
  type MachineInstance,
  openProjection,
  openRegistry,
  type Registry,
} from '@virtualchain/projection';
import { sharedServers } from '../kit/shared-servers.ts';
import { changesOf, connectKv, kvInstance } from './kv-log.ts';
import { disconnect, FIRST_BLOCK } from './log-blocks.ts';

/** kv, in which a name `genesis` is there at first, `opened` is rewritten by every block's opening, and `closed` by its closing. */
function busyInstance(): MachineInstance {
  const kv = kvInstance();
  const rowOf = (name: string, value: string, revision: number) =>
    ({ name, owner: '00', value, revision, locked: false, history: [], claim_fee: 0n }) as unknown as Row;
  const names = (state: unknown) => (state as { names: { put(row: Row): Promise<void> } }).names;
  const machine: AnyStateMachine = {
    ...kv.machine,
    genesis: (state: unknown) => names(state).put(rowOf('genesis', 'x', 0)),
    openBlock: (block: { height: number }, _operations: unknown, state: unknown) =>
      names(state).put(rowOf('opened', 'early', block.height)),
    closeBlock: async (block: { height: number }, state: unknown) => {
      await names(state).put(rowOf('opened', 'late', block.height));
      return [];
    },
  } as unknown as AnyStateMachine;
  return { ...kv, machine };
}

/** Also: a name that is written twice in a block, a rejected operation, one that does not parse, and blocks without any. */
const ENTRIES: readonly LogEntry[] = [
  connectKv('a', ['alice +one', 'alice =one:1', 'bob =one:2']),
  connectKv('aa', []),
  connectKv('aaa', ['bob ?', 'bob +two', 'bob -two', 'bob +two']),
  connectKv('aaaa', ['alice -one']),
  disconnect('aaaa'),
  disconnect('aaa'),
  connectKv('aab', ['bob +one', 'carol +two', 'carol =two:c']),
  connectKv('aabb', ['carol -two']),
];

const instance = busyInstance();
let parts: RealParts<'postgres'>;
let registry: Registry;
let feed: Feed;
let changes: readonly LogChange[];

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  const url = await parts.postgres.createDatabase('feed');
  await using projection = await openProjection(url, instance);
  changes = await changesOf(ENTRIES);
  for (const change of changes.slice(0, 3)) await projection.advance([change]);
  await projection.advance(changes.slice(3));
  registry = await openRegistry(url);
  feed = feedOf(registry, instance);
}, 120_000);

afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  await parts?.[Symbol.asyncDispose]();
});

async function blocksFrom(position: number): Promise<readonly FeedBlock[]> {
  const { end, blocks } = await feed.blocksAfter(position);
  const last = blocks.at(-1)?.lastPosition ?? end.position;
  return last < end.position ? [...blocks, ...(await blocksFrom(last))] : blocks;
}

async function allEntries(): Promise<readonly FeedEntry[]> {
  const genesis = await feed.genesis();
  return [...(genesis === null ? [] : [genesis]), ...(await blocksFrom(0)).flatMap(({ entries }) => entries)];
}

type State = Map<string, unknown>;

/** Puts every `after` in its place; what was there has to be `before`. */
function apply(state: State, { changes: told }: FeedEntry): void {
  for (const { collection, key, before, after } of told) {
    const id = JSON.stringify([collection, key]);
    expect(state.get(id) ?? null).toEqual(before);
    if (after === null) state.delete(id);
    else state.set(id, after);
  }
}

function stateOf(fold: MemoryFold): State {
  const collection = (instance.machine.collections as Collections)['names'];
  if (collection === undefined) throw new Error('no names');
  const rows = fold.state.dump('names').map((row) => canonicalRow(collection, row as Row));
  return new Map(rows.map((row) => [JSON.stringify(['names', [row['name']]]), row]));
}

test('the state after every sealed block and every retraction is made of the changes alone', async () => {
  const state: State = new Map();
  const after = new Map<number, State>();
  const entries = await allEntries();
  for (const entry of entries) {
    apply(state, entry);
    if (entry.kind !== 'block.opened' && !entry.kind.startsWith('operation.'))
      after.set(entry.position, new Map(state));
  }
  const fold = await MemoryFold.open(instance.machine);
  const expected = [stateOf(fold)];
  for (const change of changes) {
    if (change.kind === 'connected') await fold.connect({ ...change.event, operations: change.operations });
    else fold.disconnect();
    expected.push(stateOf(fold));
  }
  const sorted = (one: State) => [...one].sort(([a], [b]) => (a < b ? -1 : 1));
  expect([...after.values()].map(sorted)).toEqual(expected.map(sorted));
  expect(entries.map(({ position }) => position)).toEqual(entries.map((_entry, i) => i));
});

test('a block tells its opening, its operations, its sealing; what was taken back is told in full, and undone', async () => {
  const entries = await allEntries();
  const kinds = (height: number) =>
    entries.filter((entry) => entry.height === height).map(({ kind }) => kind.replace(/^.*\./, ''));
  expect(kinds(FIRST_BLOCK)).toEqual(['opened', 'accepted', 'accepted', 'rejected', 'sealed']);
  expect(kinds(FIRST_BLOCK + 2)).toEqual([
    ...['opened', 'ignored', 'accepted', 'accepted', 'accepted', 'sealed', 'retracted'],
    ...['opened', 'rejected', 'accepted', 'accepted', 'sealed'],
  ]);
  const gone = changes[2];
  if (gone?.kind !== 'connected') throw new Error('the third change connects');
  const told = entries.filter(({ blockHash }) => blockHash === gone.event.hash);
  expect(told[0]).toMatchObject({ previousHash: gone.event.previousHash, time: gone.event.time });
  const { type, schema, log, epoch, sequence, ...operation } = gone.operations[1] as (typeof gone.operations)[number];
  expect(told[2]).toMatchObject({ kind: 'operation.accepted', operation, code: null, detail: null });
  expect(told[1]).toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/), detail: expect.any(String) });
  const fold = await MemoryFold.open(instance.machine);
  for (const change of changes.slice(0, 3))
    if (change.kind === 'connected') await fold.connect({ ...change.event, operations: change.operations });
  const { opsHash, consensusHash, changesHash } = fold.tip ?? {};
  expect(told.at(-2)).toMatchObject({ kind: 'block.sealed', opsHash, consensusHash, changesHash });
  // `two` was written three times, `opened` twice: the retraction has each once.
  expect(
    told
      .at(-1)
      ?.changes.map(({ key: [name] }) => name)
      .sort(),
  ).toEqual(['opened', 'two']);
});

test('reading goes on behind every position, in the middle of a block too', async () => {
  const entries = (await allEntries()).filter(({ kind }) => kind !== 'genesis');
  for (const { position } of entries) {
    const rest = (await blocksFrom(position))
      .flatMap((block) => block.entries)
      .filter((one) => one.position > position);
    expect(rest).toEqual(entries.slice(position));
  }
  expect((await feed.end()).position).toBe(entries.length);
});

test('blocks are found by height on the branch, and by hash wherever they are', async () => {
  const entries = await allEntries();
  const [third, , , replaced] = changes.slice(2);
  if (third?.kind !== 'connected' || replaced?.kind !== 'disconnected') throw new Error('as the entries say');
  const opened = (hash: string) => entries.find(({ kind, blockHash }) => kind === 'block.opened' && blockHash === hash);
  expect(await feed.placeOf(third.event.hash)).toMatchObject({ position: opened(third.event.hash)?.position });
  const now = await feed.placeOf(third.event.height);
  expect(now?.position).toBe(opened(now?.hash ?? '')?.position);
  expect(now?.hash).not.toBe(third.event.hash);
  expect(await feed.placeOf('00'.repeat(32))).toBeNull();
  expect(await feed.placeOf(FIRST_BLOCK + 100)).toBeNull();
  expect(await feed.first()).toMatchObject({ position: 1, height: FIRST_BLOCK });
});
