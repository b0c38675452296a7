import { expect, test } from '@jest/globals';
import type { Happening } from '../happenings.ts';
import type { ToldBlock, ToldOperation } from '../revision/messages.ts';
import { linesOf } from './lines.ts';

const folder = '/home/me/guests';
const names = (text: string) => (text === '76a9' ? 'alice' : null);
const teller = () => linesOf({ names, folder });

const sign: ToldOperation = {
  height: 104,
  sequence: 7,
  txid: 'ab'.repeat(32),
  sender: '76a9',
  address: 'mx',
  opcode: '73',
  name: 'sign',
  decoded: { name: 'alice' },
  payload: '616c696365',
  verdict: 'accepted',
  code: null,
  detail: null,
  rows: [
    { collection: 'guests', before: null, after: { sender: '76a9', since: 104 } },
    { collection: 'counts', before: { of: 'all', times: 1 }, after: { of: 'all', times: 2 } },
    { collection: 'waiting', before: { sender: '76a9' }, after: null },
  ],
};
const refused: ToldOperation = {
  ...sign,
  ...{
    sender: 'ff',
    address: null,
    name: null,
    decoded: null,
    verdict: 'rejected',
    code: 'NO',
    detail: 'not \u001b[2Jyou',
  },
  rows: [],
};
const block = (height: number, operations: readonly ToldOperation[] = []): ToldBlock => ({
  ...{ kind: 'connected', height, sequence: height, operations, rows: [] },
});
const gone = (height: number): ToldBlock => ({ kind: 'disconnected', height, sequence: 900 + height });

test('operations are told as they are judged: who, what, the verdict, and rows before and after', () => {
  expect(teller()({ kind: 'judged', blocks: [block(102), block(103), block(104, [sign, refused])] })).toEqual([
    'blocks 102 to 103: no operations',
    'block 104',
    '  alice sign { name: alice }  accepted',
    '      + guests { sender: alice, since: 104 }',
    '      ~ counts { of: all } times: 1 → 2',
    '      - waiting { sender: alice }',
    '  ff opcode 73, payload 616c696365  rejected NO: not \\u001b[2Jyou',
  ]);
});

test('a reorganisation is told with the operations that went with it', () => {
  const lines = teller();
  lines({ kind: 'judged', blocks: [block(103), block(104, [sign]), block(105)] });
  expect(lines({ kind: 'judged', blocks: [gone(105), gone(104), block(104), block(105), block(106)] })).toEqual([
    'reorganisation: blocks 104 to 105 taken back, and 1 operation with them:',
    '  alice sign { name: alice }  was accepted',
    'blocks 104 to 106: no operations',
  ]);
});

const switched: Extract<Happening, { kind: 'switched' }> = {
  ...{ kind: 'switched', schema: 's', retired: [], height: 104, consensusHash: 'aa', consensusHashBefore: 'bb' },
  ...{ blocks: 104, operations: 3, verdicts: { accepted: 3, rejected: 0, ignored: 0 }, sequence: 9 },
  ...{ ms: 640, machine: 'guests', version: 1, isOtherChain: false },
  changes: {
    compared: 3,
    changed: 2,
    counts: [{ before: { kind: 'rejected', code: 'NO' }, after: { kind: 'accepted', code: null }, operations: 2 }],
    first: [
      {
        ...{ height: 104, position: 0, txid: 'cd', opcode: '73' },
        before: { kind: 'rejected', code: 'NO', detail: 'why' },
        after: { kind: 'accepted', code: null, detail: null },
      },
    ],
  },
};

test('a save tells how long it took, and what the changed rule did to the verdicts so far', () => {
  expect(teller()(switched)).toEqual([
    'guests, version 1, is live after 0.64 s: 104 blocks and 3 operations folded, 3 accepted, 0 rejected, 0 ignored',
    '  verdicts so far: 2 of 3 changed',
    '        2  rejected NO → accepted',
    '    block 104 cd: rejected NO: why → accepted',
    '    and 1 more',
    '  consensus hash of block 104: aa, before bb',
  ]);
});

test('what a reorganisation takes back is told with the verdict of the rules that serve', () => {
  const [saved] = switched.changes?.first ?? [];
  if (saved === undefined) throw new Error('no change is listed');
  const after = { kind: 'ignored', code: 'LATER', detail: null } as const;
  const toldAfter = (changed: number, isOtherChain = false) => {
    const lines = teller();
    lines({ kind: 'judged', blocks: [block(104, [sign]), block(105, [{ ...sign, txid: 'cd', height: 105 }])] });
    const changes = { ...switched.changes, compared: 2, changed, counts: [], first: [{ ...saved, after }] };
    lines({ ...switched, isOtherChain, changes });
    return lines({ kind: 'judged', blocks: [gone(105), gone(104)] }).slice(1);
  };
  const what = '  alice sign { name: alice }';
  expect(toldAfter(1)).toEqual([`${what}  was accepted`, `${what}  was ignored`]);
  expect(toldAfter(2)).toEqual([what, `${what}  was ignored`]);
  expect(toldAfter(1, true)).toEqual([]);
});

test('that no verdict changed is said too', () => {
  const changes = { compared: 3, changed: 0, counts: [], first: [] };
  expect(teller()({ ...switched, changes, consensusHashBefore: 'aa' })).toEqual([
    expect.stringContaining('is live after 0.64 s'),
    '  verdicts so far: none of 3 changed',
    '  consensus hash of block 104: aa',
  ]);
});

test('rules that throw are told by file, line and column, with the line and the operation', () => {
  const place = { file: 'src/machine.ts', line: 41, column: 11, text: '    throw new Error("boom");' };
  const operation = { height: 104, txid: 'ab', opcode: '73', name: 'sign', decoded: { name: 'x' }, payload: '78' };
  const failure = { code: 'MACHINE_FAULTED', message: 'decide: boom', place, operation };
  expect(teller()({ kind: 'failed', failure, ms: 710, isFirst: false })).toEqual([
    'src/machine.ts:41:11: MACHINE_FAULTED: decide: boom',
    '  41 |     throw new Error("boom");',
    `${' '.repeat('  41 | '.length + 10)}^`,
    '  at block 104, transaction ab, sign { name: x }, payload 78',
    '  after 0.71 s; the rules before go on, save to try again',
  ]);
});

test('where it stands, and what to type in another terminal, is told when it is ready', () => {
  const definitions = { chain: 'guests', machine: 'guests', machineModule: `${folder}/src/machine.ts` };
  const file = `${folder}/.vchain/dev.json`;
  expect(teller()({ kind: 'ready', file, ...definitions, collections: ['rows'], height: 103, ms: 5_600 })).toEqual([
    'machine guests of chain guests stands at block 103, after 5.60 s',
    'In another terminal, in this folder:',
    expect.stringContaining('npx vchain dev send alice'),
    '  npx vchain state guests rows',
    'Every save folds the rules anew. Ctrl-C ends it.',
  ]);
});
