import { expect, test } from '@jest/globals';
import {
  dataScript,
  type Height,
  hexToBytes,
  merklePathAt,
  merkleTreeOfHex,
  parseTransaction,
  type Sats,
  serializeMerklePath,
  serializeTransaction,
  type Txid,
  treeRoot,
} from '@virtualchain/bitcoin';
import {
  type ConsensusHash,
  consensusHashOf,
  opsHash,
  type PlacedProof,
  parseTrustRoot,
  previousHeights,
  type RootSources,
  resolveTrustRoot,
  type SnvServer,
  trailingConsensusHash,
} from '../index.ts';

const FIRST = 100;
const HASHES = new Map<number, ConsensusHash>();
const EMPTY = opsHash([]);
for (let height = FIRST; height <= 140; height += 1) {
  const previous = previousHeights(height, FIRST).map((at) => HASHES.get(at) ?? '');
  HASHES.set(height, consensusHashOf(EMPTY, previous));
}
const hashAt = (height: number): ConsensusHash => HASHES.get(height) as ConsensusHash;

/** A server of empty blocks that calls every height by `shift` too much. */
function server(shift = 0): SnvServer {
  return {
    opsHash: async () => EMPTY,
    consensusHashes: async (heights) => heights.map((height) => HASHES.get(height - shift) ?? null),
    operationsAt: async () => [],
  };
}

/** Block 138: a transaction that carries the consensus hash of block 130 in place 1. */
const carried = hashAt(130);
const transactions = ['00', `6e69643f${carried}`, '02'].map((data, index) =>
  serializeTransaction({
    version: 1,
    inputs: [{ txid: '11'.repeat(32) as Txid, index, script: new Uint8Array(0), sequence: 0, witness: [] }],
    outputs: [{ value: 0n as Sats, script: dataScript(hexToBytes(data)) }],
    locktime: 0,
  }),
);
const tree = merkleTreeOfHex(transactions.map((bytes) => parseTransaction(bytes).txid));
const proofOf = (index: number): PlacedProof => ({
  height: 138 as Height,
  transaction: transactions[index] as Uint8Array,
  merklePath: serializeMerklePath(merklePathAt(tree, index)),
});
const txid = parseTransaction(transactions[1] as Uint8Array).txid;

function sources(more: Partial<RootSources> = {}): RootSources {
  return {
    server: server(),
    proofs: { byTxid: async () => proofOf(1), bySerialNumber: async (_height, index) => proofOf(index) },
    merkleRootAt: (height) => (height === 138 ? treeRoot(tree) : null),
    consensusHashIn: trailingConsensusHash,
    firstBlock: FIRST as Height,
    consensusWindow: 24,
    newest: 140 as Height,
    ...more,
  };
}

async function resolved(text: string, more: Partial<RootSources> = {}): Promise<unknown> {
  const root = parseTrustRoot(text);
  if (root === null) return null;
  const found = await resolveTrustRoot(root, sources(more));
  return found.kind === 'trusted' ? [found.trusted.height, found.trusted.consensusHash] : found.problem;
}

test('a consensus hash, a txid and a serial number each lead to the block they vouch for', async () => {
  expect(await resolved(`135:${hashAt(135)}`)).toEqual([135, hashAt(135)]);
  expect(await resolved(hashAt(135))).toEqual([135, hashAt(135)]);
  expect(await resolved(txid)).toEqual([130, carried]);
  expect(await resolved('138-1')).toEqual([130, carried]);
});

test.each(['', 'abc', '138-', '-1', '138-1-1', 'ab'.repeat(20), `x:${'ab'.repeat(16)}`])('%j is no root', (text) =>
  expect(parseTrustRoot(text)).toBeNull(),
);

test('a proof that leads to no verified header, or of another transaction or place, is refused', async () => {
  expect(await resolved(txid, { merkleRootAt: () => null })).toBe('NOT_PROVED');
  expect(await resolved(txid, { merkleRootAt: () => '11'.repeat(32) })).toBe('NOT_PROVED');
  const proofs = { byTxid: async () => proofOf(0), bySerialNumber: async () => proofOf(2) };
  expect(await resolved(txid, { proofs })).toBe('NOT_PROVED');
  expect(await resolved('138-1', { proofs })).toBe('NOT_PROVED');
  expect(await resolved('137-1')).toBe('NOT_PROVED');
  const nothing = { byTxid: async () => null, bySerialNumber: async () => null };
  expect(await resolved(txid, { proofs: nothing })).toBe('NOT_PROVED');
  expect(await resolved('138-0')).toBe('NO_CONSENSUS_HASH');
});

test('a server that calls heights by other numbers is found out at the first block', async () => {
  expect(await resolved(hashAt(130), { server: server(1) })).toBe('CONSENSUS_HASH_MISMATCH');
  expect(await resolved(hashAt(130), { server: server(-1) })).toBe('CONSENSUS_HASH_MISMATCH');
  expect(await resolved('ab'.repeat(16))).toBe('HEIGHT_UNKNOWN');
});
