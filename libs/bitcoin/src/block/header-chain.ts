import { ExpectedError } from '@virtualchain/kernel';
import type { BlockHash, Height } from '../encoding/brand.ts';
import { type HeaderView, headersNeededFrom, isTimewarp, requiredBits, retargetStart } from './difficulty.ts';
import { genesisHeader, hashOfHeader } from './genesis.ts';
import type { BlockHeader } from './header.ts';
import type { NetworkName } from './network.ts';
import { checkProofOfWork, workFromBits } from './proof-of-work.ts';

/** Why headers are refused: the first rule that one of them breaks. */
export type HeaderProblem =
  | 'WRONG_GENESIS'
  | 'WRONG_CHECKPOINT'
  | 'WRONG_PARENT'
  | 'WRONG_DIFFICULTY'
  | 'NO_PROOF_OF_WORK'
  | 'TIME_TOO_OLD'
  | 'TIMEWARP';

/** A header that cannot come next. Whoever sent it may be wrong; another may send a better one. */
export class HeaderInvalid extends ExpectedError {
  override readonly name = 'HeaderInvalid';
  readonly code = 'HEADER_INVALID';
  readonly remedy = 'retry';
  readonly problem: HeaderProblem;

  constructor(problem: HeaderProblem, height: number, detail: string) {
    super(`header ${height}: ${problem}: ${detail}`);
    this.problem = problem;
  }
}

/** A header in its chain. */
export interface ChainedHeader {
  readonly height: Height;
  readonly hash: BlockHash;
  readonly header: BlockHeader;
  /** Of this header and all before it, from the chain's first one. */
  readonly work: bigint;
}

/** Where headers are kept, one for each height from the chain's start. It is trusted: it holds what was verified. */
export interface HeaderStore {
  readonly tip: ChainedHeader | null;
  at(height: number): ChainedHeader | undefined;
  append(headers: readonly ChainedHeader[]): void;
  dropAbove(height: number): void;
}

/** Headers on memory, empty. */
export function createMemoryHeaderStore(): HeaderStore {
  const headers: ChainedHeader[] = [];
  return {
    get tip() {
      return headers.at(-1) ?? null;
    },
    at: (height) => headers[height - (headers[0]?.height ?? 0)],
    append: (more) => {
      for (const each of more) headers.push(each);
    },
    dropAbove: (height) => {
      headers.splice(Math.max(0, height + 1 - (headers[0]?.height ?? 0)));
    },
  };
}

/** The network, and where the chain begins. */
export interface HeaderChainOptions {
  readonly network: NetworkName;
  /** Empty, or what an earlier chain of the same options kept. */
  readonly store?: HeaderStore;
  /**
   * The first height, a multiple of 2016, so that every difficulty can be computed; 0 when absent. Above 0 the first
   * header is taken as it is, and stands or falls with the checkpoint.
   */
  readonly start?: number;
  readonly checkpoint?: { readonly height: number; readonly hash: BlockHash };
}

/** A chain of headers of which each was verified when it came: what a light client trusts. */
export interface HeaderChain {
  readonly tip: ChainedHeader | null;
  at(height: number): ChainedHeader | undefined;
  /** @throws HeaderInvalid; then nothing is kept. */
  append(headers: readonly BlockHeader[]): void;
  /**
   * Takes another branch, from its first header above `forkHeight`, when it has more work; returns whether it did.
   * @throws HeaderInvalid; then nothing changes.
   */
  adopt(forkHeight: number, headers: readonly BlockHeader[]): boolean;
}

/**
 * A chain of verified headers: linked, with the right difficulty, proof of work and times. Nothing is taken over of
 * headers
 * of which one is refused.
 *
 * @throws RangeError where `start` is no multiple of 2016.
 */
export function createHeaderChain(options: HeaderChainOptions): HeaderChain {
  const { store = createMemoryHeaderStore(), start = 0 } = options;
  if (start !== retargetStart(start)) throw new RangeError(`a header chain starts at a retarget, not at ${start}`);

  function verified(forkHeight: number, headers: readonly BlockHeader[]): readonly ChainedHeader[] {
    const added: ChainedHeader[] = [];
    const at = (height: number) => (height <= forkHeight ? store.at(height) : added[height - forkHeight - 1]);
    for (const header of headers) {
      const height = forkHeight + added.length + 1;
      const parent = at(height - 1);
      const hash = hashOfHeader(header);
      const work = (parent?.work ?? 0n) + workFromBits(header.bits);
      const chained: ChainedHeader = { height: height as Height, hash, header, work };
      checkHeader(options, { at: (wanted) => at(wanted)?.header, parentHash: parent?.hash }, chained);
      added.push(chained);
    }
    return added;
  }

  return {
    get tip() {
      return store.tip;
    },
    at: (height) => store.at(height),
    append: (headers) => store.append(verified(store.tip?.height ?? start - 1, headers)),
    adopt: (forkHeight, headers) => {
      if (store.at(forkHeight) === undefined) throw new RangeError(`no header at ${forkHeight} to fork from`);
      const branch = verified(forkHeight, headers);
      if ((branch.at(-1)?.work ?? 0n) <= (store.tip?.work ?? 0n)) return false;
      store.dropAbove(forkHeight);
      store.append(branch);
      return true;
    },
  };
}

interface Branch {
  at(height: number): BlockHeader | undefined;
  /** Undefined for the first header of the chain. */
  readonly parentHash: BlockHash | undefined;
}

function checkHeader(
  { network, start = 0, checkpoint }: HeaderChainOptions,
  branch: Branch,
  { height, header, hash }: ChainedHeader,
): void {
  const refuse = (problem: HeaderProblem, detail: string): never => {
    throw new HeaderInvalid(problem, height, detail);
  };
  if (checkpoint?.height === height && checkpoint.hash !== hash) {
    refuse('WRONG_CHECKPOINT', `${hash}, not ${checkpoint.hash}`);
  }
  if (height === 0) checkGenesis(network, hash, refuse);
  else if (height > start && header.previousHash !== branch.parentHash) {
    refuse('WRONG_PARENT', `builds on ${header.previousHash}, not on ${branch.parentHash}`);
  }
  if (height > start) {
    const problem = contextProblem({ network, view: branch, start }, height, header);
    if (problem !== null) refuse(problem.problem, problem.detail);
  }
  if (!checkProofOfWork(hash, header.bits)) refuse('NO_PROOF_OF_WORK', `${hash} against bits ${hex(header.bits)}`);
}

function checkGenesis(
  network: NetworkName,
  hash: BlockHash,
  refuse: (problem: HeaderProblem, detail: string) => never,
): void {
  const genesis = genesisHeader(network);
  if (genesis !== null && hashOfHeader(genesis) !== hash) refuse('WRONG_GENESIS', `${hash} is not that of ${network}`);
}

const medianBlocks = 11;

/** What a header is judged by: its network's rules and the headers before it. */
export interface HeaderContext {
  readonly network: NetworkName;
  readonly view: HeaderView;
  /** The lowest height that `view` has. */
  readonly start: number;
}

/**
 * What is wrong with a header where it stands, by the rules that look at the headers before it: difficulty, the median
 * of the last eleven times, and BIP94. Null when nothing is. A median that would need heights below `start` is not
 * checked. The clock is the node's to judge.
 */
export function contextProblem(
  { network, view, start }: HeaderContext,
  height: number,
  { bits, time }: Pick<BlockHeader, 'bits' | 'time'>,
): { readonly problem: HeaderProblem; readonly detail: string } | null {
  if (start <= headersNeededFrom(height)) {
    const required = requiredBits(network, view, height, time);
    if (required !== null && required !== bits) {
      return { problem: 'WRONG_DIFFICULTY', detail: `bits ${hex(bits)}, the rule of ${network} says ${hex(required)}` };
    }
  }
  const median = medianTimePast(view, height, start);
  if (median !== null && time <= median) {
    return { problem: 'TIME_TOO_OLD', detail: `time ${time} is not above the median ${median}` };
  }
  if (isTimewarp(network, view, height, time)) {
    return { problem: 'TIMEWARP', detail: `time ${time} is too far before its parent (BIP94)` };
  }
  return null;
}

/** The median of the eleven times below `height`; of all there are near genesis; null when lower ones are not known. */
function medianTimePast(view: HeaderView, height: number, start: number): number | null {
  if (height - medianBlocks < start && start > 0) return null;
  const times: number[] = [];
  for (let at = Math.max(0, height - medianBlocks); at < height; at += 1) times.push(view.at(at)?.time ?? 0);
  times.sort((left, right) => left - right);
  return times[times.length >> 1] ?? null;
}

function hex(bits: number): string {
  return bits.toString(16).padStart(8, '0');
}
