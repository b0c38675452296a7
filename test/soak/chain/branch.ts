/** The node's chain as a soak makes it: only the newest blocks are kept, so that hours of full blocks cost no memory here. */
import { bytesToHex, parseBlock, parseTransaction } from '@virtualchain/bitcoin';
import type { NodeRpc } from '@virtualchain/node-client';
import {
  BlockRefused,
  type BuiltBlock,
  buildBlock,
  coinbaseMaturityBlocks,
  REGTEST_GENESIS,
} from '@virtualchain/testing';
import { seeded } from '../../kit/traffic.ts';
import { bnsTransfer, type Coin, changeIndexOf, fundAll, kvClaim, kvUpdate, type Said, spend } from './people.ts';

/** How full blocks are. */
export interface Shape {
  /** Operations of kv, of different people. */
  readonly kv: number;
  /** Transfers of tokens in bns. */
  readonly bns: number;
  /** Transactions that are no operations. */
  readonly others: number;
  /** What each transaction has beside what it says. */
  readonly fillerBytes: number;
}

/** W2 of the benchmarks, what mainnet has a block today: 4,000 transactions, 1,200 of them operations, 1.85 MB. */
export const W2: Shape = { kv: 1_180, bns: 20, others: 2_800, fillerBytes: 340 };
export const SMALL: Shape = { kv: 5, bns: 2, others: 0, fillerBytes: 107 };

/** The first people send tokens in bns; they have some from the beginning. */
export const BNS_PEOPLE = 20;
/** Deeper reorganisations cannot be made. */
export const KEPT_BLOCKS = 130;
/** A node whose tip is older than a day believes that it is syncing. */
const AGE_SECONDS = 3_600;

/** A block, and who has which coin behind it. */
interface Link {
  readonly block: Omit<BuiltBlock, 'bytes'>;
  readonly coins: readonly Coin[];
}

/** Makes blocks on a node. */
export class Branch {
  /** Blocks and operations of all branches. */
  blocks = 0;
  operations = 0;
  readonly #rpc: NodeRpc;
  readonly #random: () => number;
  #links: Link[];

  private constructor(rpc: NodeRpc, seed: number) {
    this.#rpc = rpc;
    this.#random = seeded(seed);
    this.#links = [{ block: named(REGTEST_GENESIS), coins: [] }];
  }

  /** A chain on an empty node in which so many people have a coin. */
  static async fund(rpc: NodeRpc, seed: number, people: number): Promise<Branch> {
    const branch = new Branch(rpc, seed);
    const first = await branch.#append([], []);
    for (let i = 0; i < coinbaseMaturityBlocks; i++) await branch.#append([], []);
    const [subsidy] = parseBlock(first.bytes).transactions;
    if (subsidy === undefined) throw new RangeError('a block without a coinbase');
    const funding = fundAll(people, subsidy.txid);
    const { txid: id } = parseTransaction(funding);
    await branch.#append(
      [funding],
      Array.from({ length: people }, (_, index) => ({ txid: id, index })),
    );
    branch.#links = branch.#links.slice(-1);
    return branch;
  }

  get tip(): Link['block'] {
    return this.#newest.block;
  }

  /** How many blocks there are that may be replaced. */
  get depthMax(): number {
    return this.#links.length - 1;
  }

  get #newest(): Link {
    const newest = this.#links.at(-1);
    if (newest === undefined) throw new RangeError('the chain has no block');
    return newest;
  }

  /** One block more. `consensusHash` is one that operations of bns may name. */
  async mine(shape: Shape, consensusHash: string): Promise<void> {
    const { coins, block } = this.#newest;
    const height = block.height + 1;
    const next = [...coins];
    const transactions: Uint8Array[] = [];
    const send = (person: number, said: Said): void => {
      const coin = coins[person];
      if (coin === undefined) throw new RangeError(`person ${person} has no coin`);
      const bytes = spend(person, coin, said, shape.fillerBytes);
      next[person] = { txid: parseTransaction(bytes).txid, index: changeIndexOf(said) };
      transactions.push(bytes);
    };
    for (let person = 0; person < shape.bns; person += 1) {
      const paid = (person + 1 + Math.floor(this.#random() * (BNS_PEOPLE - 1))) % BNS_PEOPLE;
      send(person, bnsTransfer(paid, 1n + BigInt(Math.floor(this.#random() * 20)), consensusHash));
    }
    for (let i = 0; i < shape.kv; i += 1) {
      // Whoever changes a name claimed it in the block before.
      const isUpdate = (i + height) % 3 === 0;
      const said = isUpdate ? kvUpdate(nameOf(block, i), String(this.#random())) : kvClaim(this.#nextName(i));
      send(shape.bns + i, said);
    }
    for (let i = 0; i < shape.others; i += 1) send(shape.bns + shape.kv + i, { data: null });
    await this.#append(transactions, next);
    this.operations += shape.bns + shape.kv;
  }

  /** Names of a block begin with the name of the block, so that forks do not claim the same ones. */
  #nextName(i: number): string {
    return nameOf({ name: serialText(this.blocks) }, i);
  }

  /** Replaces the newest blocks by one more than that. */
  async reorganise(depth: number, shape: Shape, consensusHash: string): Promise<void> {
    if (depth > this.depthMax) throw new RangeError(`only ${this.depthMax} blocks may be replaced, not ${depth}`);
    this.#links = this.#links.slice(0, -depth);
    for (let i = 0; i <= depth; i += 1) await this.mine(shape, consensusHash);
  }

  async #append(transactions: readonly Uint8Array[], coins: readonly Coin[]): Promise<BuiltBlock> {
    const parent = { ...this.#newest.block, bytes: new Uint8Array(0) };
    const time = Math.max(parent.time + 1, Math.floor(Date.now() / 1_000) - AGE_SECONDS);
    const letter = serialText(this.blocks);
    const built = buildBlock({ parent, letter, transactions, time });
    const answer = await this.#rpc.call('submitblock', bytesToHex(built.bytes));
    // What a node says of a block that is not on its best branch yet.
    if (answer !== null && answer !== 'inconclusive')
      throw new BlockRefused(`block ${built.height} (${built.hash}): ${String(answer)}`);
    this.blocks += 1;
    this.#links = [...this.#links, { block: { ...named(built), name: letter }, coins }].slice(-KEPT_BLOCKS);
    return built;
  }
}

const named = ({ bytes: _bytes, ...block }: BuiltBlock): Link['block'] => block;

/** Five characters, so that no two blocks have names of which one begins the other. */
const serialText = (serial: number): string => serial.toString(36).padStart(5, '0');

const nameOf = ({ name }: Pick<BuiltBlock, 'name'>, i: number): string => `n${name}x${i.toString(36).padStart(5, '0')}`;
