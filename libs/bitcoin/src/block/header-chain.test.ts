import { expect, test } from '@jest/globals';
import {
  type BlockHeader,
  checkProofOfWork,
  contextProblem,
  createHeaderChain,
  createMemoryHeaderStore,
  genesisHeader,
  HeaderInvalid,
  hashOfHeader,
} from '../index.ts';

const REGTEST_BITS = 0x207fffff;

function genesis(): BlockHeader {
  const header = genesisHeader('regtest');
  if (header === null) throw new TypeError('regtest has a genesis block');
  return header;
}

function mine(parent: BlockHeader, change: Partial<BlockHeader> = {}): BlockHeader {
  const header = {
    ...parent,
    previousHash: hashOfHeader(parent),
    time: parent.time + 600,
    bits: REGTEST_BITS,
    ...change,
  };
  let nonce = 0;
  while (!checkProofOfWork(hashOfHeader({ ...header, nonce }), REGTEST_BITS)) nonce += 1;
  return { ...header, nonce };
}

function branch(from: BlockHeader, length: number, merkleRoot = '11'.repeat(32)): BlockHeader[] {
  const headers: BlockHeader[] = [];
  while (headers.length < length) headers.push(mine(headers.at(-1) ?? from, { merkleRoot }));
  return headers;
}

test('headers are kept with height, hash and the work of all before them', () => {
  const chain = createHeaderChain({ network: 'regtest' });
  const headers = [genesis(), ...branch(genesis(), 4)];
  chain.append(headers.slice(0, 2));
  chain.append(headers.slice(2));
  expect(chain.tip).toMatchObject({ height: 4, work: 10n, hash: hashOfHeader(headers[4] as BlockHeader) });
  expect(chain.at(2)?.header).toEqual(headers[2]);
  expect(chain.at(5)).toBeUndefined();
});

function problemOf(headers: readonly BlockHeader[], options = {}): unknown {
  const chain = createHeaderChain({ network: 'regtest', ...options });
  try {
    chain.append(headers);
    return null;
  } catch (error) {
    expect(chain.tip).toBeNull();
    return error instanceof HeaderInvalid ? error.problem : error;
  }
}

test('each way to be wrong is refused by its own name, and nothing is kept', () => {
  const good = branch(genesis(), 12);
  const [first, second] = good as [BlockHeader, BlockHeader];
  expect(problemOf([genesis(), ...good])).toBeNull();
  expect(problemOf([mine(genesis())])).toBe('WRONG_GENESIS');
  expect(problemOf([genesis(), second])).toBe('WRONG_PARENT');
  expect(problemOf([genesis(), mine(genesis(), { bits: 0x207ffffe })])).toBe('WRONG_DIFFICULTY');
  expect(problemOf([genesis(), ...good, mine(good[11] as BlockHeader, { time: (good[6] as BlockHeader).time })])).toBe(
    'TIME_TOO_OLD',
  );
  const checkpoint = { height: 1, hash: hashOfHeader(second) };
  expect(problemOf([genesis(), first], { checkpoint })).toBe('WRONG_CHECKPOINT');
  expect(problemOf([genesis(), first], { checkpoint: { height: 1, hash: hashOfHeader(first) } })).toBeNull();
  const lazy = { ...first, nonce: 0 };
  while (checkProofOfWork(hashOfHeader(lazy), REGTEST_BITS)) lazy.nonce += 1;
  expect(problemOf([genesis(), lazy])).toBe('NO_PROOF_OF_WORK');
});

test('another branch is taken when it has more work, and only then', () => {
  const chain = createHeaderChain({ network: 'regtest' });
  const main = branch(genesis(), 3);
  chain.append([genesis(), ...main]);
  const other = branch(main[0] as BlockHeader, 3, '22'.repeat(32));
  expect(chain.adopt(1, other.slice(0, 2))).toBe(false);
  expect(chain.tip?.header).toEqual(main[2]);
  expect(chain.adopt(1, other)).toBe(true);
  expect(chain.tip).toMatchObject({ height: 4, work: 10n, header: other[2] });
  expect(chain.at(2)?.header).toEqual(other[0]);
  expect(() => chain.adopt(9, other)).toThrow(RangeError);
  expect(() => chain.adopt(2, main)).toThrow(HeaderInvalid);
});

test('a chain goes on from what its store kept, and may start at a retarget', () => {
  const store = createMemoryHeaderStore();
  const headers = branch(genesis(), 3);
  createHeaderChain({ network: 'regtest', store, start: 2016 }).append(headers.slice(0, 2));
  const chain = createHeaderChain({ network: 'regtest', store, start: 2016 });
  chain.append(headers.slice(2));
  expect(chain.tip).toMatchObject({ height: 2018, work: 6n });
  expect(chain.at(2016)?.header).toEqual(headers[0]);
  expect(() => createHeaderChain({ network: 'regtest', start: 5 })).toThrow(RangeError);
});

test('a median that would need headers below the start is not made up', () => {
  const view = { at: (height: number) => (height < 2016 ? undefined : { bits: REGTEST_BITS, time: height }) };
  const early = { bits: REGTEST_BITS, time: 0 };
  const context = { network: 'regtest', view, start: 2016 } as const;
  expect(contextProblem(context, 2020, early)).toBeNull();
  expect(contextProblem(context, 2027, early)?.problem).toBe('TIME_TOO_OLD');
});
