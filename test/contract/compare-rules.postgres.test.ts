/** Other rules beside a live build: what is told of where they part, by tables worked out by hand. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Height } from '@virtualchain/bitcoin';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type AnyStateMachine, integer, nullable, rejected, text } from '@virtualchain/machine';
import { createMemoryLog, type LogEntry, type OperationLog } from '@virtualchain/operation-log';
import {
  compareRules,
  type MachineInstance,
  openProjection,
  openRegistry,
  type RulesCompared,
} from '@virtualchain/projection';
import { sharedServers } from '../kit/shared-servers.ts';
import { connectKv, kvInstance, publish, readAll, scriptOf } from './kv-log.ts';
import { disconnect, FIRST_BLOCK, hashOf } from './log-blocks.ts';

const TOPIC = 'vchain.regtest.kv';

let parts: RealParts<'postgres'>;
let log: OperationLog;
let url: string;

/** `0a` to `0abcd` are the branch in the end; `0x` and `0ay` were taken back. */
const ENTRIES: readonly LogEntry[] = [
  connectKv('0', ['alice +a', 'bob +b', 'carol +b']),
  connectKv('0x', ['bob +x', 'bob +y']),
  disconnect('0x'),
  connectKv('0a', ['alice =a:1']),
  connectKv('0ay', ['bob +z']),
  disconnect('0ay'),
  connectKv('0ab', ['bob +d', 'alice +d', 'alice =d:1']),
  connectKv('0abc', []),
  connectKv('0abcd', ['bob +e', 'bob =e:2']),
];
const TIP = FIRST_BLOCK + 4;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  url = await parts.postgres.createDatabase(`compare_rules_${parts.runId}`);
  log = createMemoryLog();
  await publish(log, TOPIC, ENTRIES);
  await using live = await openProjection(url, kvInstance());
  await live.advance(await readAll(log, TOPIC));
}, 120_000);
afterAll(async () => {
  await log?.[Symbol.asyncDispose]();
  await parts?.[Symbol.asyncDispose]();
});

async function compared(machine: AnyStateMachine, options: { readonly from?: number } = {}): Promise<RulesCompared> {
  await using registry = await openRegistry(url);
  const instance: MachineInstance = { ...kvInstance(), machine };
  return await compareRules({ registry, instance, log, topic: TOPIC, ...options });
}

/** The kv machine of a next version, which takes no name from bob, from a height on. */
function withoutBob(from: number, version = 2): AnyStateMachine {
  const { machine } = kvInstance();
  const decide: AnyStateMachine['decide'] = (op, context, state) =>
    context.block.height >= from && op.sender === scriptOf('bob')
      ? Promise.resolve(rejected('BOB', 'not from bob'))
      : machine.decide(op, context, state);
  return { ...machine, version, differsFrom: from as Height, decide };
}

const OWNERS = { a: scriptOf('alice'), d: scriptOf('alice') };

test('the first block, operation and row of a rule that changed, and every verdict that changes with it', async () => {
  const found = await compared(withoutBob(FIRST_BLOCK + 2));
  expect(found).toMatchObject({
    ...{ version: 2, liveVersion: 1, declaredFrom: FIRST_BLOCK + 2, isDeclared: true, startedFromLive: false },
    ...{ from: FIRST_BLOCK, to: TIP, blocks: 5, operations: 9, leftOut: [], comparesHashes: true },
    firstBlock: {
      height: FIRST_BLOCK + 2,
      hash: hashOf('0ab'),
      by: ['verdicts', 'ops hash', 'consensus hash', 'rows of names'],
    },
    firstOperation: {
      ...{ height: FIRST_BLOCK + 2, position: 0, opcode: '2b' },
      before: { kind: 'accepted', code: null },
      after: { kind: 'rejected', code: 'BOB', detail: 'not from bob' },
    },
    firstRow: {
      ...{ height: FIRST_BLOCK + 2, collection: 'names', key: ['d'] },
      live: { name: 'd', owner: scriptOf('bob') },
      candidate: { name: 'd', owner: OWNERS.d },
    },
    changed: 5,
  });
  // bob's claims of d and e, and his update of e; alice's claim of d, and her update of it.
  expect(found.counts).toEqual([
    { before: { kind: 'accepted', code: null }, after: { kind: 'rejected', code: 'BOB' }, operations: 3 },
    { before: { kind: 'rejected', code: 'NAME_TAKEN' }, after: { kind: 'accepted', code: null }, operations: 1 },
    { before: { kind: 'rejected', code: 'NOT_OWNER' }, after: { kind: 'accepted', code: null }, operations: 1 },
  ]);
}, 60_000);

test.each([1, 2])(
  'from %s blocks on, with the rows of the live build, the same is found',
  async (blocks) => {
    const machine = withoutBob(FIRST_BLOCK + 2);
    const whole = await compared(machine);
    const found = await compared(machine, { from: FIRST_BLOCK + blocks });
    const { from, blocks: _blocks, operations: _operations, startedFromLive, ...rest } = found;
    expect({ from, startedFromLive }).toEqual({ from: FIRST_BLOCK + blocks, startedFromLive: true });
    expect(whole).toMatchObject(rest);
  },
  60_000,
);

test('what a rule would have changed below the height that it began at is not seen', async () => {
  const found = await compared(withoutBob(FIRST_BLOCK), { from: FIRST_BLOCK + 3 });
  expect(found).toMatchObject({ blocks: 2, operations: 2, changed: 2, firstBlock: { height: TIP } });
}, 60_000);

test('the same rules agree; so does a version that says it differs above', async () => {
  const agreed = { changed: 0, counts: [], firstBlock: null, firstOperation: null, firstRow: null, isDeclared: true };
  expect(await compared(kvInstance().machine)).toMatchObject({ ...agreed, declaredFrom: null, blocks: 5 });
  expect(await compared(withoutBob(TIP + 1))).toMatchObject({ ...agreed, declaredFrom: TIP + 1 });
}, 60_000);

test.each([
  ['below the height that is declared', { ...withoutBob(FIRST_BLOCK + 2), differsFrom: (FIRST_BLOCK + 3) as Height }],
  ['without a height that is declared', (({ differsFrom: _, ...machine }) => machine)(withoutBob(FIRST_BLOCK + 2))],
  ['under the version of the live build', withoutBob(FIRST_BLOCK + 2, 1)],
])(
  'a difference %s is not declared',
  async (_what, machine) => {
    expect(await compared(machine)).toMatchObject({ isDeclared: false, firstBlock: { height: FIRST_BLOCK + 2 } });
  },
  60_000,
);

test('a row that is another one where no verdict is: the row, and no operation', async () => {
  const { machine } = kvInstance();
  const decide: AnyStateMachine['decide'] = async (op, context, state) => {
    const verdict = await machine.decide(op, context, state);
    const row = await state['names']?.get({ name: 'e' });
    if (row) await state['names']?.put({ ...row, revision: 9 });
    return verdict;
  };
  expect(await compared({ ...machine, version: 2, decide })).toMatchObject({
    ...{ changed: 0, firstOperation: null },
    firstBlock: { height: TIP, by: expect.arrayContaining(['rows of names']) },
    firstRow: { key: ['e'], live: { revision: 1 }, candidate: { revision: 9 } },
  });
}, 60_000);

test('a row that the new rules begin with and the live build did not is found below the first block', async () => {
  const { machine } = kvInstance();
  const genesis: AnyStateMachine['genesis'] = async (state) => {
    await state['names']?.put({
      ...{ name: 'reserved', owner: '51', value: null, revision: 0, locked: true, history: [], claim_fee: 0n },
    });
  };
  expect(await compared({ ...machine, version: 2, genesis })).toMatchObject({
    firstBlock: { height: FIRST_BLOCK - 1, by: ['rows of names'] },
    firstRow: { key: ['reserved'], live: null, candidate: { owner: '51' } },
  });
}, 60_000);

test.each([
  ['another column', { noted: integer() }],
  ['a column of another type', { owner: nullable(text()) }],
])(
  'a collection with %s: its rows are left out, and nothing can go on from them',
  async (_what, columns) => {
    const machine = withoutBob(FIRST_BLOCK + 2);
    const names = machine.collections['names'];
    const decide: AnyStateMachine['decide'] = (op, context, state) => {
      const put = (row: object) => state['names']?.put({ ...('noted' in columns ? { noted: 0 } : {}), ...row });
      return machine.decide(op, context, { names: { ...state['names'], put } } as typeof state);
    };
    const reshaped: AnyStateMachine = {
      ...machine,
      decide,
      collections: { names: { ...names, columns: { ...names.columns, ...columns } } },
    };
    expect(await compared(reshaped)).toMatchObject({
      ...{ leftOut: ['names'], firstRow: null, changed: 5 },
      firstBlock: { height: FIRST_BLOCK + 2, by: ['verdicts', 'ops hash', 'consensus hash'] },
    });
    await expect(compared(reshaped, { from: FIRST_BLOCK + 1 })).rejects.toMatchObject({
      code: 'RULES_NOT_COMPARABLE',
      message: expect.stringContaining('names'),
    });
  },
  60_000,
);

test.each([FIRST_BLOCK - 1, TIP + 1])(
  'nothing begins at height %s',
  async (from) => {
    await expect(compared(kvInstance().machine, { from })).rejects.toMatchObject({ code: 'HEIGHT_OUT_OF_RANGE' });
  },
  60_000,
);

test('a machine that nobody runs has nothing to be compared with', async () => {
  const { machine } = kvInstance();
  await expect(compared({ ...machine, name: 'other' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
}, 60_000);
