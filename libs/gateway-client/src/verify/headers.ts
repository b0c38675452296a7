import {
  bitsToTarget,
  checkProofOfWork,
  headerHash,
  headerLength,
  hexToBytes,
  isHexBytes,
  parseHeader,
  workFromBits,
} from '@virtualchain/bitcoin';
import { AnswerNotProven } from './errors.ts';

/** Why the block of an operation is believed: a header on top of it that is known to be right, or the work on top of it. */
export type TrustedTop =
  | {
      /** A block that you know to be on the best chain: the operation's own, or a later one. */
      readonly hash: string;
      /** Its height, where you know it: then the height of the operation's block is proved, too. */
      readonly height?: number;
    }
  | {
      /** Hashes expected to be tried for the block and those on top of it: `workFromBits` of `@virtualchain/bitcoin`. */
      readonly work: bigint;
    };

/** A header that stands, with those on top of it. */
export interface ProvenHeader {
  readonly hash: string;
  readonly merkleRoot: string;
  /** Unix seconds, as its miner set them. */
  readonly time: number;
  /** Blocks from it to the top that was looked at, both counted. */
  readonly confirmations: number;
  /** Hashes expected to be tried for these. */
  readonly work: bigint;
}

/** The easiest target of any network, that of regtest. */
const EASIEST_BITS = 0x207fffff;

/**
 * Checks that headers, 80 bytes each as hex, build on each other, each with its proof of work, up to the one that is
 * trusted, or as far as the work that is asked for.
 *
 * @throws AnswerNotProven
 */
export function proveHeaders(headers: readonly unknown[], trusted: TrustedTop): ProvenHeader {
  const read = headers.map(readHeader);
  const [first] = read;
  if (first === undefined) throw new AnswerNotProven('ANSWER_MALFORMED', 'no header');
  let work = 0n;
  for (const [index, { hash, previousHash, bits }] of read.entries()) {
    const below = read[index - 1];
    if (below !== undefined && previousHash !== below.hash)
      throw new AnswerNotProven('HEADERS_DO_NOT_LINK', `${hash} builds on ${previousHash}, not on ${below.hash}`);
    if (!checkProofOfWork(hash, bits, bitsToTarget(EASIEST_BITS) ?? 0n))
      throw new AnswerNotProven('NO_PROOF_OF_WORK', `${hash} against bits ${bits.toString(16)}`);
    work += workFromBits(bits);
    if ('hash' in trusted && hash === trusted.hash) return proven(first, index + 1, work);
  }
  if ('hash' in trusted)
    throw new AnswerNotProven('TRUSTED_HEADER_NOT_REACHED', `${trusted.hash} is not among ${read.length} headers`);
  if (work < trusted.work)
    throw new AnswerNotProven('TOO_LITTLE_WORK', `${read.length} headers took ${work}, of ${trusted.work}`);
  return proven(first, read.length, work);
}

type ReadHeader = ReturnType<typeof readHeader>;

function proven({ hash, merkleRoot, time }: ReadHeader, confirmations: number, work: bigint): ProvenHeader {
  return { hash, merkleRoot, time, confirmations, work };
}

function readHeader(hex: unknown) {
  if (typeof hex !== 'string' || hex.length !== 2 * headerLength || !isHexBytes(hex))
    throw new AnswerNotProven('ANSWER_MALFORMED', 'a header that is no 80 bytes of hex');
  const bytes = hexToBytes(hex);
  return { ...parseHeader(bytes), hash: headerHash(bytes) as string };
}
