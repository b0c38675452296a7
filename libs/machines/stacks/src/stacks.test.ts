import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import {
  ASSUMPTIONS,
  holdSortition,
  parseStacksAddress,
  poxIdLength,
  readChainParameters,
  SORTITION_START,
  StacksParametersInvalid,
  stacksAddressText,
  stacksChain,
  stacksConsensusHash,
  stacksMachine,
  stacksOpsHash,
} from './index.ts';
import { commitFormAt, isPreparePhase, sunsetBurnOf } from './network/phases.ts';
import { nullMinerAdvantage } from './sortition/null-miner-table.ts';
import { windowHeights } from './sortition/sortition.ts';
import { isKey } from './transaction/signer-keys.ts';

const mainnet = readChainParameters({}).network;

test.each([
  ['ST2QKZ4FKHAH1NQKYKYAYZPY440FEPK7GZ1R5HBP2', 26, 'af3f91f38aa21ade7e9f95efdbc4201eeb4cf0f8'],
  // The burn address, as wallets show it: zeros in front are digits of their own.
  ['SP000000000000000000002Q6VF78', 22, '00'.repeat(20)],
])('%s is read and written', (text, version, hash) => {
  expect(parseStacksAddress(text)).toEqual({ version, hash: hexToBytes(hash) });
  expect(stacksAddressText({ version, hash: hexToBytes(hash) })).toBe(text);
});

test.each([
  ['another last digit', 'ST2QKZ4FKHAH1NQKYKYAYZPY440FEPK7GZ1R5HBP3'],
  ['a digit that there is not', 'ST2QKZ4FKHAH1NQKYKYAYZPY440FEPK7GZ1R5HBPU'],
  ['a bitcoin address', '16Jswqk47s9PUcyCc88MMVwzgvHPvtEpf'],
  ['nothing', ''],
  ['an S', 'S'],
  ['too much', `S${'0'.repeat(10_000)}`],
])('%s is no address of Stacks', (_what, text) => expect(parseStacksAddress(text)).toBeNull());

/** The key of the original's tests, and the same point as libsecp256k1 also reads it, with the right parity and the wrong one. */
const point =
  '0fadbbcea0ff3b05f03195b41cd991d7a0af8bd38559943aec99cbdaf0b22cc806b9a4f07579934774cc0c155e781d45c989f94336765e88a66d91cfb9f060b0';
test.each([
  [`04${point}`, true],
  [`06${point}`, true],
  [`07${point}`, false],
  [`02${point.slice(0, 64)}`, true],
  [`05${point}`, false],
  ['01'.repeat(33), false],
])('%s is a key: %s', (key, isOne) => expect(isKey(hexToBytes(key))).toBe(isOne));

test('the prepare phase is the last blocks of a cycle and the one behind it', () => {
  const phases = [0, 1, 2000, 2001, 2099, 2100, 2101].map((index) => isPreparePhase(mainnet, 666_050 + index));
  expect(phases).toEqual([false, false, false, true, true, true, false]);
});

test('from the waterfall on commits have one output in all phases', () => {
  const forms = [962_149, 962_150, 962_150 + 2050].map((height) => commitFormAt(mainnet, height));
  expect(forms).toEqual(['burn', 'one', 'one']);
});

test('the sunset burn grows with the cycle, and is due in reward phases of 2.05 alone', () => {
  // The cycle of 766,851 begins at 666,050 + 48 · 2100 + 1 = 766,851: 801 of 400,000 of what is burnt and paid.
  expect(sunsetBurnOf(mainnet, 766_851, 1_000_000n, '2.05')).toBe(2_002n);
  // That of 766,100 began before the sunset did.
  expect(sunsetBurnOf(mainnet, 766_100, 1_000_000n, '2.05')).toBe(0n);
  expect(sunsetBurnOf(mainnet, 768_900, 1_000_000n, '2.05')).toBe(0n);
  expect(sunsetBurnOf(mainnet, 781_551, 1_000_000n, '2.1')).toBe(0n);
});

test('the PoX id has a digit for each cycle that began', () => {
  const lengths = [666_050, 666_051, 668_150, 668_151, 960_230, 962_149, 962_150].map((at) => poxIdLength(mainnet, at));
  expect(lengths).toEqual([1, 2, 2, 3, 142, 142, 143]);
});

test('the ops hash of nothing is the sha256 of nothing', () => {
  expect(stacksOpsHash([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('a consensus hash covers version, block, operations, burns, PoX id and the hashes before, as they are written', () => {
  const parts = [
    '17000000',
    'ab'.repeat(32),
    'cd'.repeat(32),
    '0000000000bc614e',
    '3131',
    '01'.repeat(20),
    '00'.repeat(20),
  ];
  const inner = createHash('sha256')
    .update(Buffer.from(parts.join(''), 'hex'))
    .digest();
  expect(
    stacksConsensusHash({
      blockHash: 'ab'.repeat(32),
      opsHash: 'cd'.repeat(32),
      totalBurn: 12_345_678n,
      poxId: '11',
      previous: ['01'.repeat(20), '00'.repeat(20)],
    }),
  ).toBe(createHash('ripemd160').update(inner).digest('hex'));
});

test('the null miner is favoured as the table of the original says, in all 1,024 entries', () => {
  const table = Array.from({ length: 1024 }, (_, step) => nullMinerAdvantage(step));
  expect([table[0], table[1], table[176], table[1023]]).toEqual([
    14665006693661589504n,
    14663943061084833792n,
    14083579382968543232n,
    17835588001385282n,
  ]);
  // Of the decimal texts of its entries, joined by commas.
  expect(createHash('sha256').update(table.join()).digest('hex')).toBe(
    'd3474066fe3435af7148b0efa67b7324055b835759114190c5acf1c6161cc90b',
  );
});

test('a window is six blocks, fewer at the start, and one where commits burn or another epoch of 3 begins', () => {
  expect(windowHeights(mainnet, 666_051)).toEqual([666_050, 666_051]);
  expect(windowHeights(mainnet, 700_000)).toEqual([699_995, 699_996, 699_997, 699_998, 699_999, 700_000]);
  expect(windowHeights(mainnet, 666_050 + 2001)).toEqual([668_051]);
  // 3.1 begins at 875,000: its seventh block is the first whose window and the block before it lie in it.
  expect(windowHeights(mainnet, 875_006)).toEqual([875_006]);
  expect(windowHeights(mainnet, 875_007)).toHaveLength(6);
  // 2.1 has no such rule.
  expect(windowHeights(mainnet, 781_552)).toHaveLength(6);
});

const sha256 = (...hex: string[]) =>
  createHash('sha256')
    .update(Buffer.from(hex.join(''), 'hex'))
    .digest('hex');
const candidate = (name: string, burn: bigint) => ({
  txid: name.repeat(64),
  burn,
  spent: { txid: '00'.repeat(32), index: 3 },
  newSeed: name.repeat(64),
});

test('a block without commits mixes in its hash alone; a single commit is selected outright', () => {
  const at = { height: 700_000, hash: 'ee'.repeat(32) };
  const none = holdSortition(mainnet, at, SORTITION_START, [{ commits: [], missed: [], hasOneOutput: false }]);
  expect(none).toEqual({
    ...SORTITION_START,
    sortitionHash: sha256('00'.repeat(32), at.hash),
    selected: null,
    reason: 'noCommits',
  });
  const commits = [candidate('a', 500n)];
  const one = holdSortition(mainnet, at, SORTITION_START, [{ commits, missed: [], hasOneOutput: false }]);
  expect(one).toEqual({
    sortitionHash: sha256(sha256('00'.repeat(32), at.hash), 'a'.repeat(64)),
    seed: 'a'.repeat(64),
    totalBurn: 500n,
    selected: commits[0],
    reason: null,
  });
});

test('of several commits the one in whose range the number lies is selected', () => {
  const commits = [candidate('a', 1n), candidate('b', 2n), candidate('c', 1n)];
  const window = [{ commits, missed: [], hasOneOutput: true }];
  for (let block = 0; block < 40; block += 1) {
    const hash = sha256(block.toString(16).padStart(2, '0'));
    const drawn = sha256(sha256('00'.repeat(32), hash), '00'.repeat(32));
    // Read from its last byte, two bits tell the quarter.
    const quarter = Number.parseInt(drawn.slice(-2), 16) >> 6;
    const { selected } = holdSortition(mainnet, { height: 700_000, hash }, SORTITION_START, window);
    expect(selected?.txid[0]).toBe('abbc'[quarter]);
  }
});

test('from 3.0 on a miner of two blocks is not selected, and the burns of the block do not count', () => {
  const window = Array.from({ length: 6 }, (_, index) => ({
    commits:
      index >= 4 ? [{ ...candidate(index === 5 ? 'b' : 'a', 100n), spent: { txid: 'a'.repeat(64), index: 3 } }] : [],
    missed: [],
    hasOneOutput: false,
  }));
  const at = { height: 900_000, hash: 'ee'.repeat(32) };
  expect(holdSortition(mainnet, at, SORTITION_START, window)).toMatchObject({
    reason: 'tooFewInWindow',
    totalBurn: 0n,
  });
  expect(holdSortition(mainnet, { ...at, height: 860_000 }, SORTITION_START, window)).toMatchObject({
    totalBurn: 100n,
  });
});

test('from 3.0 on the null miner takes a block that burns next to nothing of what is usual', () => {
  const burns = [900_000_000n, 900_000_000n, 900_000_000n, 900_000_000n, 900_000_000n, 1n];
  const window = burns.map((burn, index) => ({
    commits: [
      {
        ...candidate(String.fromCharCode(97 + index), burn),
        spent: { txid: String.fromCharCode(96 + index).repeat(64), index: 3 },
      },
    ],
    missed: [],
    hasOneOutput: false,
  }));
  const at = { height: 900_000, hash: 'ee'.repeat(32) };
  expect(holdSortition(mainnet, at, SORTITION_START, window).reason).toBe('nullMiner');
  expect(holdSortition(mainnet, { ...at, height: 860_000 }, SORTITION_START, window).reason).toBeNull();
});

function refusalOf(make: () => unknown): string {
  try {
    make();
    return 'taken';
  } catch (error) {
    if (error instanceof StacksParametersInvalid) return error.message;
    throw error;
  }
}

test.each([
  [{ network: 'moon' }, 'network is one of mainnet, xenon, krypton, devnet'],
  [{ network: 'devnet' }, 'epochs is missing'],
  [{ epochs: { '2.1': 10, '2.05': 20 } }, 'epochs is { epoch: height'],
  [{ epochs: { '9.9': 10 } }, 'epochs is { epoch: height'],
  [{ magic: 'X2' }, 'magic is two bytes as hex'],
  [{ cycle: 10, prepare: 10 }, 'prepare is shorter than cycle'],
  [{ startBlock: 666_050 }, "startBlock is above the network's first block"],
  [{ colour: 'red' }, 'unknown parameter "colour"'],
])('the chain refuses %j', (parameters, message) => {
  expect(refusalOf(() => stacksChain(parameters))).toContain(message);
});

test.each([
  [{ sortition: {} }, {}, 'sortition.assume names what is assumed'],
  [{ sortition: { assume: [ASSUMPTIONS[0]] } }, {}, 'sortition.assume names what is assumed'],
  [{ sortition: { assume: ASSUMPTIONS, expectedSnapshots: { 7: 'ab' } } }, {}, '40 hex digits'],
  [{ sortition: { assume: ASSUMPTIONS } }, { startBlock: 900_000 }, 'sortition wants all of the history'],
  [{ colour: 'red' }, {}, 'unknown parameter "colour"'],
])('the machine refuses %j', (parameters, chain, message) => {
  expect(refusalOf(() => stacksMachine(parameters, stacksChain(chain)))).toContain(message);
});

test('the chain of mainnet has the block of the original for its anchor, no senders, and witnesses until 2.1', () => {
  const chain = stacksChain({});
  expect(bytesToHex(chain.magic)).toBe('5832');
  expect(chain).toMatchObject({
    firstBlock: 666_051,
    checkpoint: { height: 666_050, hash: '0000000000000000000ab248c8e35c574514d052a83dbc12669e19bc43df486e' },
    isWithoutSenders: true,
  });
  expect([781_550, 781_551].map((height) => chain.hasWitnesses?.(height as never))).toEqual([true, false]);
});
