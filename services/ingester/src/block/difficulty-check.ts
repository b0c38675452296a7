import {
  type BlockHash,
  type BlockHeader,
  createHeaderChain,
  createMemoryHeaderStore,
  difficultyRules,
  type HeaderChain,
  HeaderInvalid,
  type HeaderStore,
  type Height,
  hashOfHeader,
  headersNeededFrom,
  type NetworkName,
  parseHeader,
  requiredBits,
  retargetIntervalBlocks,
} from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import type { BitcoinNode } from '@virtualchain/node-client';

/** Holds blocks against the difficulty rule of their network, along the branch that is published. */
export interface DifficultyCheck {
  /** @throws HeaderInvalid, HeadersNotServed, and what the node's failures throw. */
  pass(at: Height, header: BlockHeader): Promise<void>;
}

/** The node named a block, and does not hand out the headers before it: its chain moved, or it is not the one that named it. */
export class HeadersNotServed extends ExpectedError {
  override readonly name = 'HeadersNotServed';
  readonly code = 'HEADERS_NOT_SERVED';
  readonly remedy = 'retry';
  constructor(start: number, before: Height, parent: BlockHash) {
    super(`the node does not hand out the headers from ${start} to ${parent}, the parent of block ${before}`);
  }
}

type HeaderSource = Pick<BitcoinNode, 'blockHashesFrom' | 'header'>;

/** The verified headers of the branch, from the start of a retarget interval. */
interface KnownBranch {
  readonly store: HeaderStore;
  readonly chain: HeaderChain;
  readonly start: number;
}

/**
 * A lying node could hand out easy blocks with proof of work of their own; this refuses them. The headers from the start
 * of the retarget interval are fetched once and verified like the blocks. Regtest needs none, and of a network whose rule
 * is not known nothing is asked. Nor of the block that the chain's checkpoint names: its hash is known beforehand.
 */
export function createDifficultyCheck(
  network: NetworkName,
  node: HeaderSource,
  checkpoint?: { readonly height: Height; readonly hash: BlockHash },
): DifficultyCheck {
  const rules = difficultyRules(network);
  if (rules === null) return { pass: async () => undefined };
  if (!rules.retargets) return { pass: async (at, header) => refuseOtherBits(network, at, header) };
  let branch: KnownBranch | null = null;
  return {
    async pass(at, header) {
      if (checkpoint?.height === at && checkpoint.hash === hashOfHeader(header)) return;
      const isNext = branch?.store.at(at - 1)?.hash === header.previousHash;
      const known = branch !== null && isNext ? branch : await loadBranch(network, node, at, header);
      known.store.dropAbove(at - 1);
      known.chain.append([header]);
      branch = at - known.start < 3 * retargetIntervalBlocks ? known : shortened(network, known, at);
    },
  };
}

function refuseOtherBits(network: NetworkName, at: Height, { bits, time }: BlockHeader): void {
  const required = requiredBits(network, { at: () => undefined }, at, time);
  if (bits !== required) {
    throw new HeaderInvalid(
      'WRONG_DIFFICULTY',
      at,
      `bits ${bits.toString(16)}, ${network} has ${required?.toString(16)}`,
    );
  }
}

function newBranch(network: NetworkName, start: number): KnownBranch {
  const store = createMemoryHeaderStore();
  return { store, chain: createHeaderChain({ network, store, start }), start };
}

const HEADERS_AT_ONCE = 16;

async function loadBranch(
  network: NetworkName,
  node: HeaderSource,
  at: Height,
  { previousHash }: BlockHeader,
): Promise<KnownBranch> {
  const start = headersNeededFrom(at);
  const branch = newBranch(network, start);
  if (at === 0) return branch;
  const hashes = await node.blockHashesFrom(start as Height, at - start);
  for (let first = 0; first < hashes.length; first += HEADERS_AT_ONCE) {
    const some = hashes.slice(first, first + HEADERS_AT_ONCE);
    const headers = await Promise.all(some.map((hash) => node.header(hash)));
    branch.chain.append(headers.filter((bytes) => bytes !== null).map(parseHeader));
  }
  if (branch.store.at(at - 1)?.hash !== previousHash) throw new HeadersNotServed(start, at, previousHash);
  return branch;
}

/** The same branch without its oldest intervals. */
function shortened(network: NetworkName, { store }: KnownBranch, at: Height): KnownBranch {
  const branch = newBranch(network, headersNeededFrom(at) - retargetIntervalBlocks);
  const kept = Array.from({ length: at - branch.start + 1 }, (_, index) => store.at(branch.start + index));
  branch.store.append(kept.filter((header) => header !== undefined));
  return branch;
}
