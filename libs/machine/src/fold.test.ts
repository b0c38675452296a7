import { expect, test } from '@jest/globals';
import { type BlockHash, type Height, satsText, sha256, txid } from '@virtualchain/bitcoin';
import type { OperationEvent } from '@virtualchain/protocol';
import fc from 'fast-check';
import { type FoldedBlock, type FoldInput, foldBlock, parseBlock } from './fold.ts';
import { type ConsensusHash, consensusHash } from './hash/consensus-hash.ts';
import { MemoryFold } from './memory-fold.ts';
import { prefetchBlocks } from './prefetch.ts';
import { SnapshotView } from './snapshots.ts';
import { collection, integer, type Row, text } from './state/collection.ts';
import { MemoryState } from './state/memory-state.ts';
import { WorkingState } from './state/working-state.ts';
import { type AnyStateMachine, defineStateMachine, type StateMachine } from './state-machine.ts';
import { accepted, ignored, rejected } from './verdict.ts';

const collections = {
  counters: collection({ columns: { name: text(), value: integer() }, key: ['name'], indexes: { value: ['value'] } }),
};
type Op = { readonly verb: string; readonly name: string };

/** `add x`, `fail x` (writes, then is rejected), `quiet x` (accepted, not hashed), `throw`, `twice x`, anything else. */
function machine(more: Partial<StateMachine<Op, typeof collections, number>> = {}): AnyStateMachine {
  return defineStateMachine<Op, typeof collections, number>({
    name: 'counting',
    version: 1,
    firstBlock: 10 as Height,
    initialSnapshots: new Map([[9 as Height, consensusHash('00'.repeat(16))]]),
    consensusWindow: 3,
    collections,
    hashedFields: { 1: ['name', 'value'], 2: ['height'] },
    parse: ({ payload }) => {
      const [verb = '', name = ''] = Buffer.from(payload, 'hex').toString('latin1').split(' ');
      return ['add', 'fail', 'quiet', 'throw', 'twice', 'recent'].includes(verb)
        ? { verb, name }
        : ignored('UNKNOWN', verb);
    },
    async decide({ verb, name }, { window }, { counters }) {
      if (verb === 'throw') throw new Error('a bug of the machine');
      if (verb === 'recent') return window.has(name) ? accepted() : rejected('TOO_OLD', name);
      const value = ((await counters.get({ name }))?.value ?? 0) + 1;
      await counters.put({ name, value });
      if (verb === 'fail') return rejected('FAILED', 'on purpose');
      if (verb === 'quiet') return accepted();
      const transition = { opcode: 1, fields: { name, value } };
      return verb === 'twice' ? accepted(transition, transition) : accepted(transition);
    },
    ...more,
  });
}

const hashOf = (name: string): BlockHash =>
  Buffer.from(sha256(new TextEncoder().encode(name))).toString('hex') as BlockHash;

function block(name: string, height: number, operations: readonly string[]): FoldInput {
  return {
    height: height as Height,
    hash: hashOf(name),
    previousHash: hashOf(name.slice(0, -1)),
    time: 1_600_000_000 + height,
    operations: operations.map(
      (spelled, position) =>
        ({
          position,
          txid: hashOf(`${name} ${position}`),
          sequence: position + 1,
          payload: Buffer.from(spelled, 'latin1').toString('hex'),
          senders: [],
          inputs: [],
          outputs: [],
        }) as unknown as OperationEvent,
    ),
  };
}

test('writes of a rejected operation are dropped, those of an accepted one that is not hashed stay', async () => {
  const fold = await MemoryFold.open(machine());
  const folded = await fold.connect(block('0', 10, ['add a', 'fail a', 'quiet a', 'junk']));
  expect(folded?.outcomes.map(({ verdict }) => verdict.kind)).toEqual(['accepted', 'rejected', 'accepted', 'ignored']);
  expect(folded?.transitions).toHaveLength(1);
  expect(fold.state.dump('counters')).toEqual([{ name: 'a', value: 2 }]);
  expect(folded?.outcomes[1]?.changedKeys).toEqual([]);
});

test('decide sees what its own block accepted so far: nothing rejected, ignored, or of another block', async () => {
  const seen: string[] = [];
  const watching = machine();
  const decide: AnyStateMachine['decide'] = (op, context, state) => {
    seen.push(`${op.verb} ${op.name}: ${context.accepted.map(({ name }: Op) => name).join(' ')}`);
    return watching.decide(op, context, state);
  };
  const fold = await MemoryFold.open({ ...watching, decide });
  await fold.connect(block('0', 10, ['add a', 'fail b', 'junk', 'quiet c', 'add d']));
  await fold.connect(block('0a', 11, ['add e', 'add f']));
  expect(seen).toEqual(['add a: ', 'fail b: a', 'quiet c: a', 'add d: a c', 'add e: ', 'add f: e']);
});

test('an operation whose senders have more script than the log takes is ignored, cut or in full, before any parser', async () => {
  const cut = 'senders.scriptPubKey' as const;
  const sender = {
    value: satsText(1n),
    scriptType: 'nonstandard',
    addresses: [],
    txid: txid(hashOf('coin')),
    index: 0,
  };
  const input = { txid: txid(hashOf('coin')), index: 0, script: '', sequence: 0 };
  const [operation] = block('0', 10, ['add a']).operations as [OperationEvent];
  const parse = () => {
    throw new Error('not for the parser');
  };
  const spending = (scripts: readonly string[], more: Partial<OperationEvent> = {}): OperationEvent => ({
    ...operation,
    senders: scripts.map((scriptPubKey) => ({ ...sender, scriptPubKey })),
    inputs: scripts.map(() => input),
    ...more,
  });
  const long = ['51'.repeat(600), '52'.repeat(600), '53'.repeat(600)];
  const verdicts = [];
  for (const operation of [spending(long), spending(['', '', ''], { cut })]) {
    const fold = await MemoryFold.open(machine({ parse }));
    const folded = await fold.connect({ ...block('0', 10, []), operations: [operation] });
    verdicts.push(folded?.outcomes[0]?.verdict);
  }
  // 10 bytes of frame and 3 inputs of 41: 133, twice, and 1,000.
  const verdict = {
    kind: 'ignored',
    code: 'OPERATION_CUT',
    detail: 'the scripts of its senders take more than 1266 bytes',
  };
  expect(verdicts).toEqual([verdict, verdict]);
  for (const fits of [['51'.repeat(600), '52'.repeat(600), ''], new Array<string>(3).fill('51'.repeat(1_266))]) {
    const fold = await MemoryFold.open(machine());
    const folded = await fold.connect({ ...block('0', 10, []), operations: [spending(fits)] });
    expect(folded?.outcomes[0]?.verdict.kind).toBe('accepted');
  }
});

test('several transitions of one operation keep their order and its position', async () => {
  const fold = await MemoryFold.open(machine());
  const folded = await fold.connect(block('0', 10, ['junk', 'twice a']));
  expect(folded?.transitions.map(({ vtxindex, operationPosition }) => [vtxindex, operationPosition])).toEqual([
    [0, 1],
    [1, 1],
  ]);
});

test('openBlock and closeBlock run in every block, write, and closing transitions are hashed (spec §11 row 1)', async () => {
  const withHooks = machine({
    openBlock: async ({ height }, operations, { counters }) => {
      await counters.put({ name: 'opened', value: height });
      return operations.length;
    },
    closeBlock: async ({ height }, { counters }) => {
      await counters.put({ name: 'closed', value: height });
      return [{ opcode: 2, fields: { height } }];
    },
  });
  const fold = await MemoryFold.open(withHooks);
  const empty = await fold.connect(block('0', 10, []));
  expect(empty?.transitions.map(({ operationPosition, opcode }) => [operationPosition, opcode])).toEqual([[null, 2]]);
  const plain = await (await MemoryFold.open(machine())).connect(block('0', 10, []));
  expect(empty?.opsHash).not.toBe(plain?.opsHash);
  expect(fold.state.dump('counters').map(({ name, value }) => [name, value])).toEqual([
    ['closed', 10],
    ['opened', 10],
  ]);
});

test('genesis rows are there before the first block, are hashed, and survive every rollback', async () => {
  const seeded = machine({ genesis: async ({ counters }) => counters.put({ name: 'old', value: 7 }) });
  const fold = await MemoryFold.open(seeded);
  const before = fold.collectionHashes;
  expect(before).not.toEqual((await MemoryFold.open(machine())).collectionHashes);
  await fold.connect(block('0', 10, ['add old']));
  expect(fold.state.dump('counters')).toEqual([{ name: 'old', value: 8 }]);
  fold.disconnect();
  expect(fold.state.dump('counters')).toEqual([{ name: 'old', value: 7 }]);
  expect(fold.collectionHashes).toEqual(before);
});

test('a snapshot that differs from the expected one stops the machine, both hashes named, and nothing is kept', async () => {
  const expected = consensusHash('ab'.repeat(16));
  const fold = await MemoryFold.open(machine({ expectedSnapshots: new Map([[10 as Height, expected]]) }));
  await expect(fold.connect(block('0', 10, ['add a']))).rejects.toMatchObject({
    code: 'SNAPSHOT_MISMATCH',
    message: expect.stringContaining(expected),
  });
  expect(fold.state.dump('counters')).toEqual([]);
  expect(fold.tip).toBeNull();
});

test('a machine that throws faults with height, txid and sequence, and nothing of the block is kept', async () => {
  const fold = await MemoryFold.open(machine());
  const input = block('0', 10, ['add a', 'throw']);
  await expect(fold.connect(input)).rejects.toMatchObject({
    code: 'MACHINE_FAULTED',
    height: 10,
    txid: input.operations[1]?.txid,
    sequence: 2,
  });
  expect(fold.state.dump('counters')).toEqual([]);
});

test.each([
  ['prefetch throws', { prefetch: () => (({}) as { missing: { keys: never } }).missing.keys }, 'prefetch'],
  ['prefetch names no collection', { prefetch: () => ({ nothing: [{}] }) }, 'prefetch'],
  ['decide answers nothing', { decide: async () => undefined }, 'decide'],
  ['decide rejects without a reason', { decide: async () => ({ kind: 'rejected' }) }, 'decide'],
])('a machine that is not even typed faults as well: %s', async (_what, hooks, hook) => {
  const faulty = machine(hooks as never);
  const parsed = parseBlock(faulty, block('0', 10, ['add a']));
  const working = new WorkingState(new MemoryState(faulty.collections));
  const snapshots = new SnapshotView(faulty, { at: async () => new Map(), heightOf: async () => null });
  const fold = async () => {
    await prefetchBlocks(faulty, working, [parsed]);
    await foldBlock(faulty, { working, snapshots, collectionHashes: {} }, parsed);
  };
  await expect(fold()).rejects.toMatchObject({ code: 'MACHINE_FAULTED', hook, height: 10, sequence: 1 });
});

test.each(['blocks', 'names_history'])('a collection named %s would hide what every machine has', (name) => {
  const names = collections.counters;
  expect(() => machine({ collections: { names, [name]: names } as never })).toThrow(
    /taken by a table of every machine/,
  );
});

test('a consensus hash is recent for as many heights as the window says', async () => {
  const fold = await MemoryFold.open(machine());
  const hashes: ConsensusHash[] = [];
  let name = '';
  for (let height = 10; height < 16; height++) {
    name += '0';
    hashes.push((await fold.connect(block(name, height, [])))?.consensusHash as ConsensusHash);
  }
  const asked = hashes.map((hash) => `recent ${hash}`);
  const folded = await fold.connect(block(`${name}0`, 16, asked));
  expect(folded?.outcomes.map(({ verdict }) => verdict.kind)).toEqual([
    'rejected',
    'rejected',
    'rejected',
    'accepted',
    'accepted',
    'accepted',
  ]);
});

const anyOperations = fc.array(
  fc
    .tuple(fc.constantFrom('add', 'fail', 'quiet', 'twice', 'junk'), fc.constantFrom('a', 'b', 'c'))
    .map((pair) => pair.join(' ')),
  { maxLength: 5 },
);
const anyBlocks = fc.array(anyOperations, { maxLength: 5 });

test('where a fold ends never depends on its detours: A+B−B+C is A+C, with all hashes', async () => {
  await fc.assert(
    fc.asyncProperty(anyBlocks, anyBlocks, anyBlocks, async (a, b, c) => {
      const [detour, straight] = [await MemoryFold.open(machine()), await MemoryFold.open(machine())];
      const connect = async (
        fold: MemoryFold,
        blocks: readonly (readonly string[])[],
        letter: string,
      ): Promise<void> => {
        for (const operations of blocks)
          await fold.connect(block(`${fold.tip?.block.hash ?? ''}${letter}`, fold.height + 1, operations));
      };
      await connect(detour, a, 'a');
      await connect(detour, b, 'b');
      for (const _block of b) detour.disconnect();
      await connect(detour, c, 'c');
      await connect(straight, a, 'a');
      await connect(straight, c, 'c');
      expect(detour.blocks).toEqual(straight.blocks);
      expect(detour.state.dump('counters')).toEqual(straight.state.dump('counters'));
    }),
    { numRuns: 200 },
  );
});

test('a fold that goes on from a past height ends where the whole fold ends', async () => {
  const whole = await MemoryFold.open(machine());
  const inputs = Array.from({ length: 12 }, (_, i) =>
    block('0'.repeat(i + 1), 10 + i, ['add a', `add ${i % 3}`, 'fail b']),
  );
  const rowsAt: (readonly Row[])[] = [];
  for (const input of inputs) {
    await whole.connect(input);
    rowsAt.push(whole.state.dump('counters'));
  }
  for (const at of [0, 4, 10]) {
    const start = whole.blocks[at] as FoldedBlock;
    const resumed = MemoryFold.openAt(machine(), {
      height: start.block.height,
      rows: { counters: rowsAt[at] ?? [] },
      collectionHashes: start.collectionHashes,
      snapshots: {
        at: async (heights) =>
          new Map(
            heights.flatMap((height) => {
              const hash = whole.consensusHashAt(height);
              return hash === null ? [] : [[height, hash] as const];
            }),
          ),
        heightOf: async () => null,
      },
    });
    for (const input of inputs.slice(at + 1)) await resumed.connect(input);
    expect(resumed.blocks).toEqual(whole.blocks.slice(at + 1));
  }
});

test('a fold that keeps few blocks for taking back says so instead of going back wrongly', async () => {
  const fold = await MemoryFold.open(machine(), { undoBlocksMax: 2 });
  for (let i = 0; i < 4; i++) await fold.connect(block('0'.repeat(i + 1), 10 + i, ['add a']));
  fold.disconnect();
  fold.disconnect();
  expect(fold.height).toBe(11);
  expect(() => fold.disconnect()).toThrow(RangeError);
});

test('of each step of a block are told the rows that it changed, from what to what, and all of them together are the block', async () => {
  const opening = machine({
    async openBlock({ height }, _operations, { counters }) {
      await counters.put({ name: 'a', value: height });
      return 0;
    },
    async closeBlock({ height }, { counters }) {
      await counters.put({ name: 'a', value: height });
      await counters.delete({ name: 'b' });
      return [];
    },
  });
  const source = new MemoryState(opening.collections);
  const working = new WorkingState(source);
  const snapshots = new SnapshotView(opening, { at: async () => new Map(), heightOf: async () => null });
  await snapshots.prepare(10 as Height, 10 as Height);
  const target = { working, snapshots, collectionHashes: { counters: '00'.repeat(32) } };
  const parsed = parseBlock(opening, block('0', 10, ['add a', 'junk', 'fail a', 'add b', 'quiet c', 'add a']));
  const folded = await foldBlock(opening, target, parsed, { withSteps: true });
  const { opened = [], operations = [], closed = [] } = folded.steps ?? {};
  const told = (changes: typeof opened) =>
    changes.map(({ before, after }) => [
      before?.['value'] ?? null,
      after?.['value'] ?? null,
      (after ?? before)?.['name'],
    ]);
  expect(told(opened)).toEqual([[null, 10, 'a']]);
  expect(operations.map(told)).toEqual([[[10, 11, 'a']], [], [], [[null, 1, 'b']], [[null, 1, 'c']], [[11, 12, 'a']]]);
  expect(told(closed)).toEqual([
    [12, 10, 'a'],
    [1, null, 'b'],
  ]);
  const net = new Map<string, unknown>();
  for (const { key, after } of [opened, ...operations, closed].flat()) net.set(key, after);
  const kept = [...net].filter(([, after]) => after !== null);
  expect(kept).toEqual(folded.changes.map(({ key, after }) => [key, after]));
});
