import {
  checkProofOfWork,
  headerHash,
  hexToBytes,
  parseHeader,
  parseMerklePath,
  verifyMerklePath,
  workFromBits,
} from '@virtualchain/bitcoin';
import type { TransactionProof } from '../data/answers.ts';
import { count, plural, short } from '../words/text.ts';

/** One thing that was checked: what it shows, and whether it held. */
export interface Step {
  readonly says: string;
  readonly holds: boolean;
  readonly detail: string;
}

/** What the page expects to be proved: the transaction, in this block. */
export interface Claim {
  readonly txid: string;
  readonly blockHash: string;
}

/**
 * Checks a proof with nothing but its own bytes: the merkle path leads from the transaction to the header, the header is
 * that of the block, and has its work, and so have those behind it, each of which names the one before. Strangers send
 * proofs: every input has an answer.
 */
export function checkProof({ txid, blockHash }: Claim, proof: TransactionProof): readonly Step[] {
  try {
    return steps({ txid, blockHash }, proof);
  } catch (error) {
    return [
      { says: 'The proof can be read', holds: false, detail: error instanceof Error ? error.message : String(error) },
    ];
  }
}

function steps({ txid, blockHash }: Claim, proof: TransactionProof): readonly Step[] {
  const bytes = hexToBytes(proof.header);
  const header = parseHeader(bytes);
  const hash = headerHash(bytes);
  const path = parseMerklePath(proof.merklePath);
  const root = header.merkleRoot;
  return [
    {
      says: 'The merkle path leads from the transaction to the header',
      holds: path !== null && verifyMerklePath(txid as never, path, root),
      detail: `${plural(path?.length ?? 0, 'hash', 'hashes')} on the way to ${short(root)}`,
    },
    { says: 'The header is that of the block', holds: hash === blockHash, detail: `it hashes to ${short(hash)}` },
    {
      says: 'The header has the work that it claims',
      holds: checkProofOfWork(hash, header.bits),
      detail: `about ${count(String(workFromBits(header.bits)))} hashes were tried for it`,
    },
    ...behind(hash, proof.headers),
  ];
}

/** Nothing where there are no later headers. */
function behind(hash: string, headers: readonly string[]): readonly Step[] {
  if (headers.length === 0) return [];
  let last = hash;
  let work = 0n;
  const broken = headers.findIndex((hex) => {
    const bytes = hexToBytes(hex);
    const { previousHash, bits } = parseHeader(bytes);
    const own = headerHash(bytes);
    const fits = previousHash === last && checkProofOfWork(own, bits);
    last = own;
    work += workFromBits(bits);
    return !fits;
  });
  return [
    {
      says: `${plural(headers.length, 'block')} on top of it, each with its own work`,
      holds: broken < 0,
      detail: broken < 0 ? `about ${count(String(work))} hashes more` : `header ${broken + 1} does not follow`,
    },
  ];
}
