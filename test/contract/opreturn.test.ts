import { expect, test } from '@jest/globals';
import { bytesToHex, type Height } from '@virtualchain/bitcoin';
import { MemoryFold } from '@virtualchain/machine';
import { OpreturnParametersInvalid, opreturnChain, opreturnMachine } from '@virtualchain/machine-opreturn';
import {
  type BuiltBlock,
  buildBlock,
  coinTransaction,
  foldInput,
  REGTEST_GENESIS,
  spendingTransaction,
} from '@virtualchain/testing';
import { countPayloads } from '../kit/count-payloads.ts';
import { hasMainnetBlocks, mainnetBlock } from '../kit/mainnet-blocks.ts';

const testWithBlocks = hasMainnetBlocks ? test : test.skip;

/** Folds blocks as they come from a node, one after another: their heights are made up, and none of their parents is looked at. */
async function fold(blocks: readonly Uint8Array[]): Promise<MemoryFold> {
  const chain = opreturnChain({});
  const folded = await MemoryFold.open(opreturnMachine({}, chain));
  for (const [index, bytes] of blocks.entries()) {
    const height = (index + 1) as Height;
    const input = foldInput({ chain, network: 'mainnet' }, { bytes, height, time: height }, () => undefined);
    await folded.connect(input);
  }
  return folded;
}

function countsOf(folded: MemoryFold) {
  const prefixes = folded.state.dump('prefixes');
  const sum = (name: string) => folded.state.dump('heights').reduce((all, row) => all + Number(row[name]), 0);
  return {
    payloads: sum('payloads'),
    bytes: sum('bytes'),
    byPrefix: Object.fromEntries(prefixes.map((row) => [bytesToHex(row['prefix'] as Uint8Array), row['payloads']])),
  };
}

testWithBlocks(
  'real blocks of the main network have as many payloads as an independent count finds',
  async () => {
    const blocks = [383_616, 426_884, 481_829, 702_861].map(mainnetBlock);
    const folded = await fold(blocks);
    expect(countsOf(folded)).toEqual(countPayloads(blocks));
    // Two operations of names and one of Omni are among them, and the witness commitments of the two blocks that have segwit.
    expect(countsOf(folded).byPrefix).toMatchObject({ '6964': 2, '6f6d': expect.any(Number), aa21: 2 });
  },
  60_000,
);

/** A block of so many payloads, every tenth of them the same. */
function fullBlock(payloads: number, parent: BuiltBlock = REGTEST_GENESIS): BuiltBlock {
  const coins = coinTransaction(
    Array.from({ length: payloads }, () => ({ value: 1_000n, script: Uint8Array.of(0x51) })),
    `payloads on ${parent.height}`,
  );
  const spending = Array.from({ length: payloads }, (_, index) => {
    const text = index % 10 === 0 ? 'ten' : `p${index % 7} number ${index}`;
    const data = new TextEncoder().encode(text);
    return spendingTransaction({
      spends: [{ transaction: coins, index }],
      outputs: [{ value: 0n, script: Uint8Array.of(0x6a, data.length, ...data) }],
    });
  });
  return buildBlock({ parent, transactions: [coins, ...spending].map(({ bytes }) => bytes) });
}

test('blocks of 1,200 payloads are counted as an independent count does, and taken back whole', async () => {
  const first = fullBlock(1_200);
  const blocks = [first, fullBlock(1_200, first)].map(({ bytes }) => bytes);
  const folded = await fold(blocks);
  expect(countsOf(folded)).toEqual(countPayloads(blocks));
  expect(countsOf(folded).byPrefix['7465']).toBe(240);
  folded.disconnect();
  expect(countsOf(folded)).toEqual(countPayloads(blocks.slice(0, 1)));
  expect(folded.state.dump('payloads')).toHaveLength(1_200);
});

test.each([{ prefixBytes: 0 }, { prefixBytes: 9 }, { prefixBytes: '2' }, { colour: 1 }])(
  '%j is refused',
  (parameters) => {
    expect(() => opreturnMachine(parameters, opreturnChain({}))).toThrow(OpreturnParametersInvalid);
  },
);
