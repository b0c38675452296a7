import { expect, test } from '@jest/globals';
import { bytesToHex, type Height } from '@virtualchain/bitcoin';
import fc from 'fast-check';
import {
  type ConsensusHash,
  consensusHashOf,
  opsHash,
  parseSerializedOperation,
  previousHeights,
  type SnvServer,
  serializeOperation,
  verifyOperations,
} from '../index.ts';

const FIRST = 100;
const HASHED = { 115: ['name', 'value'], 120: [] } as const;

interface Sealed {
  readonly operations: readonly Uint8Array[];
  readonly opsHash: string;
  readonly consensusHash: ConsensusHash;
}

/** A chain of sealed blocks from `FIRST` on; block h has h mod 3 operations. */
function sealedChain(length: number): ReadonlyMap<number, Sealed> {
  const chain = new Map<number, Sealed>();
  for (let height = FIRST; height < FIRST + length; height += 1) {
    const operations = Array.from({ length: height % 3 }, (_, index) =>
      serializeOperation(115, HASHED[115], { name: `n${index}`, value: height }),
    );
    const ops = opsHash(operations);
    const previous = previousHeights(height, FIRST).map((at) => chain.get(at)?.consensusHash ?? '');
    chain.set(height, { operations, opsHash: ops, consensusHash: consensusHashOf(ops, previous) });
  }
  return chain;
}

const LENGTH = 150;
const CHAIN = sealedChain(LENGTH);

const honest: SnvServer = {
  opsHash: async (height) => CHAIN.get(height)?.opsHash ?? null,
  consensusHashes: async (heights) => heights.map((height) => CHAIN.get(height)?.consensusHash ?? null),
  operationsAt: async (height) => CHAIN.get(height)?.operations ?? null,
};

function ask(trusted: number, target: number, server: SnvServer = honest) {
  const consensusHash = CHAIN.get(trusted)?.consensusHash as ConsensusHash;
  const question = { target: target as Height, firstBlock: FIRST as Height };
  return verifyOperations({ ...question, trusted: { height: trusted as Height, consensusHash } }, server);
}

const heights = fc
  .tuple(fc.integer({ min: 0, max: LENGTH - 1 }), fc.integer({ min: 0, max: LENGTH - 1 }))
  .map(([a, b]) => ({ trusted: FIRST + Math.max(a, b), target: FIRST + Math.min(a, b) }));

test('what an honest server says of any block is authentic, in about log2 rounds', () =>
  fc.assert(
    fc.asyncProperty(heights, async ({ trusted, target }) => {
      let rounds = 0;
      const opsHashCounted = (at: Height) => {
        rounds += 1;
        return honest.opsHash(at);
      };
      const answer = await ask(trusted, target, { ...honest, opsHash: opsHashCounted });
      expect(answer).toEqual({ kind: 'authentic', height: target, operations: CHAIN.get(target)?.operations });
      expect(rounds).toBeLessThanOrEqual(2 + Math.log2(trusted - target + 1));
    }),
  ));

const flipHex = (hex: string, bit: number): string => {
  const at = bit % hex.length;
  return `${hex.slice(0, at)}${(Number.parseInt(hex[at] ?? '0', 16) ^ (1 << (bit & 3))).toString(16)}${hex.slice(at + 1)}`;
};

test('one bit changed, one operation withheld or one answer left out: nothing else than the truth is authentic', () =>
  fc.assert(
    fc.asyncProperty(
      heights,
      fc.constantFrom('ops hash', 'consensus hash', 'operation', 'withheld', 'null hash', 'no list', 'rubbish'),
      fc.nat(),
      fc.nat(),
      async ({ trusted, target }, lie, call, bit) => {
        let calls = 0;
        let lied = false;
        const now = (kinds: readonly string[]): boolean => {
          const isNow = kinds.includes(lie) && !lied && calls++ === call % 4;
          lied ||= isNow;
          return isNow;
        };
        const liar = {
          opsHash: async (at: Height) => {
            const right = (await honest.opsHash(at)) ?? '';
            return now(['ops hash']) ? flipHex(right, bit) : right;
          },
          consensusHashes: async (at: readonly Height[]) => {
            const right = await honest.consensusHashes(at);
            const chosen = bit % at.length;
            if (now(['no list'])) return { length: 3 };
            return now(['consensus hash', 'null hash', 'rubbish'])
              ? right.map((hash, index) => (index === chosen ? lieOf(lie, hash ?? '', bit) : hash))
              : right;
          },
          operationsAt: async (at: Height) => {
            const right = (await honest.operationsAt(at)) ?? [];
            if (right.length > 0 && lie === 'withheld') {
              lied = true;
              return right.slice(1);
            }
            if (right.length > 0 && lie === 'operation') {
              lied = true;
              return [right[0]?.map((byte, index) => (index === 0 ? byte ^ 1 : byte)), ...right.slice(1)];
            }
            return right;
          },
        } as unknown as SnvServer;
        const answer = await ask(trusted, target, liar);
        if (lied) expect(answer.kind).toBe('refused');
        else expect(answer.kind).toBe('authentic');
      },
    ),
    { numRuns: 300 },
  ));

function lieOf(lie: string, hash: string, bit: number): unknown {
  if (lie === 'null hash') return null;
  return lie === 'rubbish' ? [hash] : flipHex(hash, bit);
}

test('each refusal has its name and the height', async () => {
  const lying = (more: Partial<Record<keyof SnvServer, () => Promise<unknown>>>) =>
    ({ ...honest, ...more }) as unknown as SnvServer;
  expect(await ask(120, 121)).toMatchObject({ problem: 'UNREACHABLE', height: 121 });
  expect(await ask(120, 110, lying({ opsHash: async () => null }))).toMatchObject({ problem: 'ANSWER_MALFORMED' });
  expect(await ask(120, 110, lying({ operationsAt: async () => ['ab'] }))).toMatchObject({
    problem: 'ANSWER_MALFORMED',
    height: 110,
  });
  expect(await ask(120, 110, lying({ consensusHashes: async () => [] }))).toMatchObject({
    problem: 'CONSENSUS_HASH_MISMATCH',
    height: 120,
  });
  expect(await ask(120, 110, lying({ operationsAt: async () => [] }))).toMatchObject({
    problem: 'OPERATIONS_MISMATCH',
    height: 110,
  });
});

test('serialised operations read back, and nothing else does', () => {
  const read = (text: string) => parseSerializedOperation(new TextEncoder().encode(text), HASHED);
  const fields = Object.entries(read('s:3:a,b,1:7')?.fields ?? {});
  expect(fields.map(([name, value]) => [name, bytesToHex(value)])).toEqual([
    ['name', '612c62'],
    ['value', '37'],
  ]);
  expect(read('x:')).toEqual({ opcode: 120, fields: {} });
  for (const text of ['', 's', 's:', 't:1:a', 's:1:a', 's:1:a,1:7,', 's:1:a,2:7', 's:01:a,1:7', 's:1:a;1:7', 'x:1:a']) {
    expect(read(text)).toBeNull();
  }
});
