import { expect, test } from '@jest/globals';
import {
  bytesToHex,
  headerHash,
  hexToBytes,
  merklePathAt,
  merkleTreeOfHex,
  parseHeader,
  serializeHeader,
  serializeMerklePath,
  treeRoot,
} from '@virtualchain/bitcoin';
import type { TransactionProof } from '../data/answers.ts';
import { checkProof } from './check-proof.ts';

const TXIDS = ['11', '22', '33', '44', '55'].map((byte) => byte.repeat(32));
const EASY_BITS = 0x207fffff;

/** A header over these, with the work that its bits ask for. */
function mined(previousHash: string, merkleRoot: string): { readonly hex: string; readonly hash: string } {
  for (let nonce = 0; ; nonce += 1) {
    const fields = { version: 4, previousHash, merkleRoot, time: 1_700_000_000, bits: EASY_BITS, nonce };
    const bytes = serializeHeader(fields as Parameters<typeof serializeHeader>[0]);
    const hash = headerHash(bytes);
    if (BigInt(`0x${hash}`) < 1n << 255n) return { hex: bytesToHex(bytes), hash };
  }
}

const tree = merkleTreeOfHex(TXIDS);
const block = mined('00'.repeat(32), treeRoot(tree));
const next = mined(block.hash, 'aa'.repeat(32));
const last = mined(next.hash, 'bb'.repeat(32));
const claim = { txid: TXIDS[2] as string, blockHash: block.hash };
const proof: TransactionProof = {
  at: { height: 3, blockHash: last.hash, consensusHash: null, tip: 3 },
  ...claim,
  height: 1,
  transactionIndex: 2,
  merklePath: serializeMerklePath(merklePathAt(tree, 2)),
  header: block.hex,
  headers: [next.hex, last.hex],
};

const holding = (changed: Partial<TransactionProof>, of = claim) =>
  checkProof(of, { ...proof, ...changed }).map(({ holds }) => holds);

test('a proof holds step by step, with and without later headers', () => {
  expect(holding({})).toEqual([true, true, true, true]);
  expect(holding({ headers: [] })).toEqual([true, true, true]);
});

const other = mined('00'.repeat(32), 'cc'.repeat(32));
const lazy = (() => {
  for (let nonce = 0; ; nonce += 1) {
    const bytes = serializeHeader({ ...parseHeader(hexToBytes(next.hex)), nonce } as Parameters<
      typeof serializeHeader
    >[0]);
    if (BigInt(`0x${headerHash(bytes)}`) >= 1n << 255n) return bytesToHex(bytes);
  }
})();

test.each([
  ['another transaction', {}, { ...claim, txid: TXIDS[0] as string }, [false, true, true, true]],
  [
    'a path of another place',
    { merklePath: serializeMerklePath(merklePathAt(tree, 1)) },
    claim,
    [false, true, true, true],
  ],
  ['a path that does not read', { merklePath: 'x' }, claim, [false, true, true, true]],
  ['the header of another block', { header: other.hex }, claim, [false, false, true, false]],
  ['headers that do not follow', { headers: [last.hex, next.hex] }, claim, [true, true, true, false]],
  ['a later header without work', { headers: [lazy] }, claim, [true, true, true, false]],
  ['a header that does not read', { header: 'zz' }, claim, [false]],
  ['a header that is cut', { header: block.hex.slice(2) }, claim, [false]],
])('%s does not hold', (_what, changed, of, steps) => expect(holding(changed, of)).toEqual(steps));
