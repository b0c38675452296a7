/** What happens on the chain: blocks with operations of kv and bns, and reorganisations, for as long as the run lasts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BlockHash } from '@virtualchain/bitcoin';
import type { BuiltBlock, Miner, SignedTransaction } from '@virtualchain/testing';
import type { Act } from '../../../services/cli/src/demo/acts.ts';
import { fundPeople, type People } from '../../../services/cli/src/demo/people.ts';
import { someAct } from '../../kit/bns-acts.ts';
import { seeded, Traffic } from '../../kit/traffic.ts';

/** From one block to the next. */
const BLOCK_EVERY_MS = 350;
const REORG_CHANCE = 0.1;
/** How often the replaced branch comes back afterwards. */
const RETURN_CHANCE = 0.2;
const DEPTH_MAX = 7;
/** So many operations a second are to be on the winning branch: what was missed while the node was away comes in fuller blocks. */
const OPERATIONS_PER_SECOND = 15;
const OPERATIONS_MIN = 4;
const OPERATIONS_MAX = 40;
/** One of so many operations is one of bns. */
const BNS_SHARE = 4;

/** The generator: what it records is what everything is held to in the end. */
export class Work {
  readonly miner: Miner;
  reorgs = 0;
  deepest = 0;
  /** Operations of all blocks, those that were replaced too. */
  operations = 0;
  /** A consensus hash that operations of bns may name; older ones are refused by the rules. */
  consensusHash = '00'.repeat(16);
  readonly #traffic: Traffic;
  readonly #people: People;
  readonly #random: () => number;
  readonly #minedAt = new Map<BlockHash, number>();
  readonly #waiting: (() => void)[] = [];
  readonly #operationsOf = new Map<BlockHash, number>();
  #beganMs = performance.now();
  #lastMs = Number.NEGATIVE_INFINITY;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(miner: Miner, traffic: Traffic, people: People, random: () => number) {
    this.miner = miner;
    this.#traffic = traffic;
    this.#people = people;
    this.#random = random;
  }

  static async fund(miner: Miner, seed: number): Promise<Work> {
    const traffic = await Traffic.fund(miner, seed);
    return new Work(miner, traffic, await fundPeople(miner), seeded(seed + 1));
  }

  /** Unix milliseconds: not later than the node had it. */
  minedAt(hash: BlockHash): number {
    return this.#minedAt.get(hash) ?? 0;
  }

  /** Until the next block is with the node. */
  nextBlock(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Milliseconds since the last block was with the node. */
  get sinceLastMs(): number {
    return performance.now() - this.#lastMs;
  }

  /** While this is done, nothing is mined. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Mines until it is told to end. */
  async run(signal: AbortSignal): Promise<void> {
    this.#beganMs = performance.now();
    while (!signal.aborted) {
      const began = performance.now();
      await this.exclusively(() => this.#step());
      await sleep(Math.max(20, BLOCK_EVERY_MS - (performance.now() - began)));
    }
  }

  /** One block with these operations of bns alone. */
  mineActs(acts: readonly Act[]): Promise<BuiltBlock> {
    return this.exclusively(() => this.#mine(this.miner.tip, () => this.#sign(acts, this.miner.tip)));
  }

  /** Replaces the newest blocks by one more than that. */
  reorganise(depth: number): Promise<void> {
    return this.exclusively(() => this.#reorganise(depth));
  }

  async #step(): Promise<void> {
    if (this.#random() >= REORG_CHANCE) return void (await this.#mineOn(this.miner.tip));
    const replaced = this.miner.tip;
    await this.#reorganise(1 + Math.floor(this.#random() * DEPTH_MAX));
    if (this.#random() >= RETURN_CHANCE) return;
    let tip = replaced;
    this.#reorgs(this.#depthTo(replaced));
    while (tip.height <= this.miner.tip.height && this.miner.tip.hash !== tip.hash) tip = await this.#mineOn(tip);
  }

  async #reorganise(depth: number): Promise<void> {
    const fork = this.miner.branch().at(-1 - depth);
    if (fork === undefined || fork.height <= this.#people.funded.height)
      return void (await this.#mineOn(this.miner.tip));
    this.#reorgs(depth);
    let tip = fork;
    for (let i = 0; i <= depth; i++) tip = await this.#mineOn(tip);
  }

  #reorgs(depth: number): void {
    this.reorgs += 1;
    this.deepest = Math.max(this.deepest, depth);
  }

  /** How many blocks of the best branch another one does not have. */
  #depthTo(other: BuiltBlock): number {
    const shared = new Set(this.miner.branch(other.hash).map(({ hash }) => hash));
    return this.miner.branch().filter(({ hash }) => !shared.has(hash)).length;
  }

  #mineOn(tip: BuiltBlock): Promise<BuiltBlock> {
    return this.#mine(tip, () => {
      const count = this.#due(tip);
      const acts = Array.from({ length: Math.floor(count / BNS_SHARE) }, () => someAct(this.#random));
      return [...this.#traffic.operations(count - acts.length, tip), ...this.#sign(acts, tip)];
    });
  }

  /** How many operations the next block of a branch has, so that it keeps up with the rate. */
  #due(tip: BuiltBlock): number {
    const had = this.miner.branch(tip.hash).reduce((sum, { hash }) => sum + (this.#operationsOf.get(hash) ?? 0), 0);
    const wanted = ((performance.now() - this.#beganMs) / 1_000) * OPERATIONS_PER_SECOND;
    return Math.max(OPERATIONS_MIN, Math.min(OPERATIONS_MAX, Math.ceil(wanted - had)));
  }

  #sign(acts: readonly Act[], tip: BuiltBlock): readonly SignedTransaction[] {
    return this.#people.sign(acts, { consensusHash: this.consensusHash, retractedHash: null }, tip.hash);
  }

  async #mine(tip: BuiltBlock, operations: () => readonly SignedTransaction[]): Promise<BuiltBlock> {
    const transactions = operations();
    const now = Date.now();
    const block = await this.miner.mine(transactions, { parent: tip.hash });
    this.#minedAt.set(block.hash, now);
    this.#lastMs = performance.now();
    this.operations += transactions.length;
    this.#operationsOf.set(block.hash, transactions.length);
    this.#traffic.forgetPending();
    this.#people.forgetPending();
    for (const resume of this.#waiting.splice(0)) resume();
    return block;
  }
}
