import {
  bytesToHex,
  checkTransactionProof,
  type Height,
  height as heightOf,
  nulldataPayload,
  type ProvenTransaction,
  type TransactionProof,
  type Txid,
} from '@virtualchain/bitcoin';
import { HEIGHTS_PER_QUESTION_MAX } from '../limits.ts';
import type { ConsensusHash } from './consensus-hash.ts';
import { type SnvRefusal, type SnvServer, type TrustedBlock, verifyOperations } from './snv.ts';

/** What a person trusts to begin with. */
export type TrustRoot =
  | { readonly kind: 'consensus-hash'; readonly consensusHash: ConsensusHash; readonly height: Height | null }
  | { readonly kind: 'txid'; readonly txid: Txid }
  | { readonly kind: 'serial-number'; readonly height: Height; readonly index: number };

/**
 * Reads `HEIGHT:HASH` or a bare consensus hash (32 hex digits), a txid (64), or a serial number `height-index`. Total:
 * null for everything else.
 */
export function parseTrustRoot(text: string): TrustRoot | null {
  const [, said, consensusHash] = /^(?:([0-9]{1,9}):)?([0-9a-f]{32})$/.exec(text) ?? [];
  if (consensusHash !== undefined) {
    const height = said === undefined ? null : heightOf(Number(said));
    return { kind: 'consensus-hash', consensusHash: consensusHash as ConsensusHash, height };
  }
  if (/^[0-9a-f]{64}$/.test(text)) return { kind: 'txid', txid: text as Txid };
  const [, at, index] = /^([0-9]{1,9})-([0-9]{1,6})$/.exec(text) ?? [];
  if (at === undefined || index === undefined) return null;
  return { kind: 'serial-number', height: heightOf(Number(at)), index: Number(index) };
}

/** Whoever has old transactions. Not trusted either: each comes with its proof. */
export interface ProofSource {
  byTxid(txid: Txid): Promise<PlacedProof | null>;
  bySerialNumber(height: Height, index: number): Promise<PlacedProof | null>;
}

export interface PlacedProof extends TransactionProof {
  readonly height: Height;
}

/** What finding the block behind a root needs. */
export interface RootSources {
  readonly server: SnvServer;
  readonly proofs: ProofSource;
  /** The merkle root in the verified header of a height (a `HeaderChain`), or null when there is none. */
  merkleRootAt(height: Height): string | null;
  /** The consensus hash that a payload carries, by the codec of the chain. */
  consensusHashIn(payload: Uint8Array): ConsensusHash | null;
  readonly firstBlock: Height;
  /** How many heights back a transaction may name a consensus hash, as the machine defines it. */
  readonly consensusWindow: number;
  /** The newest height that a bare consensus hash may have. */
  readonly newest: Height;
}

/** Why a trust root cannot be resolved. */
export type RootProblem = 'NOT_PROVED' | 'NO_CONSENSUS_HASH' | 'HEIGHT_UNKNOWN';

/** A trust root with its height and consensus hash, or why it has none. */
export type ResolvedRoot =
  | { readonly kind: 'trusted'; readonly trusted: TrustedBlock }
  | { readonly kind: 'refused'; readonly problem: RootProblem; readonly detail: string }
  | SnvRefusal;

/**
 * The block that a root vouches for. A transaction is believed when its proof leads to a verified header, and a serial
 * number when the path says that very place. A consensus hash does not say its height; the server is asked, and its
 * answer is believed when the skip list ends exactly at the first block.
 */
export async function resolveTrustRoot(root: TrustRoot, sources: RootSources): Promise<ResolvedRoot> {
  if (root.kind === 'consensus-hash') {
    const { consensusHash, height } = root;
    if (height !== null) return { kind: 'trusted', trusted: { height, consensusHash } };
    return placed(consensusHash, { from: sources.firstBlock, to: sources.newest }, sources);
  }
  const found = await provenTransaction(root, sources);
  if (found === null) return refused('NOT_PROVED', 'no proof that such a transaction is in a block');
  const payload = nulldataPayload(found.proven.transaction.outputs);
  const consensusHash = payload === null ? null : sources.consensusHashIn(payload);
  if (consensusHash === null) return refused('NO_CONSENSUS_HASH', `${found.proven.transaction.txid} carries none`);
  const from = Math.max(sources.firstBlock, found.height - sources.consensusWindow) as Height;
  return placed(consensusHash, { from, to: found.height }, sources);
}

async function provenTransaction(
  root: Exclude<TrustRoot, { kind: 'consensus-hash' }>,
  { proofs, merkleRootAt }: RootSources,
): Promise<{ readonly height: Height; readonly proven: ProvenTransaction } | null> {
  const proof =
    root.kind === 'txid' ? await proofs.byTxid(root.txid) : await proofs.bySerialNumber(root.height, root.index);
  const merkleRoot = proof === null ? null : merkleRootAt(proof.height);
  const proven = proof === null || merkleRoot === null ? null : checkTransactionProof(proof, merkleRoot);
  if (proof === null || proven === null) return null;
  const isAsked =
    root.kind === 'txid'
      ? proven.transaction.txid === root.txid
      : proof.height === root.height && proven.index === root.index;
  return isAsked ? { height: proof.height, proven } : null;
}

/** Where a consensus hash stands: the server says, newest heights first, and the walk down to the first block shows. */
async function placed(
  consensusHash: ConsensusHash,
  { from, to }: { readonly from: Height; readonly to: Height },
  { server, firstBlock }: RootSources,
): Promise<ResolvedRoot> {
  for (let newest: number = to; newest >= from; newest -= HEIGHTS_PER_QUESTION_MAX) {
    const count = Math.min(HEIGHTS_PER_QUESTION_MAX, newest - from + 1);
    const heights = Array.from({ length: count }, (_, below) => (newest - below) as Height);
    const answers: unknown = await server.consensusHashes(heights);
    const height = Array.isArray(answers) ? heights[answers.indexOf(consensusHash)] : undefined;
    if (height === undefined) continue;
    const trusted = { height, consensusHash };
    const walk = await verifyOperations({ trusted, target: firstBlock, firstBlock }, server);
    return walk.kind === 'authentic' ? { kind: 'trusted', trusted } : walk;
  }
  return refused('HEIGHT_UNKNOWN', `the server knows no block ${from} to ${to} of ${consensusHash}`);
}

function refused(problem: RootProblem, detail: string): ResolvedRoot {
  return { kind: 'refused', problem, detail };
}

const consensusHashBytes = 16;

/** For chains whose payloads end with a consensus hash, as Blockstack's preorders and transfers do. */
export function trailingConsensusHash(payload: Uint8Array): ConsensusHash | null {
  return payload.length < consensusHashBytes ? null : (bytesToHex(payload.slice(-consensusHashBytes)) as ConsensusHash);
}
