import {
  concatBytes,
  hexToBytes,
  p2pkhScript,
  p2shScript,
  parseTransaction,
  type Sats,
  serializeTokens,
  type Txid,
} from '@virtualchain/bitcoin';
import {
  OPCODES,
  type OperationKind,
  writeCommit,
  writeDelegate,
  writeKey,
  writeStack,
  writeTransfer,
  writeVote,
} from '@virtualchain/machine-stacks';
import { type Coin, dataScript, type Miner, type SignedTransaction, type Wallet } from '@virtualchain/testing';

/** A made-up network of Stacks in regtest, whose heights count from its first block. */
export const MAGIC = '5433';
/** Offsets from the first block. 3.0 begins where the last reorganisations are. */
export const EPOCH_OFFSETS = { '2.05': 0, '2.1': 10, '2.5': 20, '3.0': 216 };
export const CYCLE = { cycle: 100, prepare: 5 };

/** The parameters of the chain, as the processes are given them. */
export function stacksParameters(firstBlock: number) {
  const epochs = Object.fromEntries(
    Object.entries(EPOCH_OFFSETS).map(([epoch, offset]) => [epoch, firstBlock + offset]),
  );
  return { network: 'devnet', magic: MAGIC, firstBlock, ...CYCLE, epochs };
}

export interface Output {
  readonly value: Sats;
  readonly script: Uint8Array;
}

export const pay = (script: Uint8Array, value = 1_000n): Output => ({ value: value as Sats, script });
/** Somebody's output of each kind. */
export const SOMEBODY = {
  p2pkh: p2pkhScript(new Uint8Array(20).fill(0x11)),
  p2sh: p2shScript(new Uint8Array(20).fill(0x22)),
  p2wpkh: serializeTokens([null, new Uint8Array(20).fill(0x33)]),
  p2tr: serializeTokens([1, new Uint8Array(32).fill(0x44)]),
  burn: p2pkhScript(new Uint8Array(20)),
};

/** A commit as a test spells it: a place is a height and an index. */
export interface PlannedCommit {
  readonly height: number;
  readonly key: readonly [number, number];
  readonly parent: readonly [number, number];
  readonly memo: number;
  /** By how many blocks it is late. */
  readonly late?: number;
  /** Satoshis to each output. */
  readonly value?: bigint;
  readonly outputs?: readonly Uint8Array[];
  /** What it spends; a coin of its own when absent. */
  readonly spends?: SignedTransaction;
  /** Which seed it carries, for a commit that is to be another one. */
  readonly seed?: number;
}

/** Somebody with coins who writes operations: each spends a coin of its own, or what it is told to. */
export class Actor {
  readonly wallet: Wallet;
  readonly #coins: Coin[];

  constructor(miner: Miner, name: string) {
    this.wallet = miner.walletOf(name);
    this.#coins = [...this.wallet.coins()];
  }

  get script(): Uint8Array {
    return this.wallet.script;
  }

  /** A transaction whose first output has the operation, and whose change comes last. */
  write(
    kind: OperationKind,
    payload: Uint8Array,
    outputs: readonly Output[],
    coin: Coin = this.coin(),
  ): SignedTransaction {
    const data = concatBytes(hexToBytes(MAGIC), Uint8Array.of(OPCODES[kind]), payload);
    return this.wallet.pay([{ value: 0n as Sats, script: dataScript(data) }, ...outputs], {
      coins: [coin],
      fee: 1_000n,
    });
  }

  coin(): Coin {
    const coin = this.#coins.shift();
    if (coin === undefined) throw new RangeError(`${this.wallet.seed} has no coins left`);
    return coin;
  }

  /** The output of a transaction, to be spent. */
  static outputOf({ txid, bytes }: { readonly txid: Txid; readonly bytes: Uint8Array }, index: number): Coin {
    const output = parseTransaction(bytes).outputs[index];
    if (output === undefined) throw new RangeError(`${txid} has no output ${index}`);
    return { txid, index, output };
  }

  key(vrf: string): SignedTransaction {
    const memo = new Uint8Array(20).fill(0x77);
    const payload = writeKey({ consensusHash: new Uint8Array(20), vrfPublicKey: hexToBytes(vrf), memo });
    return this.write('leader_key_register', payload, [pay(this.script, 20_000n)]);
  }

  commit({
    height,
    key,
    parent,
    memo,
    late = 0,
    value = 1_000n,
    outputs,
    spends,
    seed = 0,
  }: PlannedCommit): SignedTransaction {
    const target = height - late - 1;
    const payload = writeCommit({
      blockHash: new Uint8Array(32).fill(0xb0),
      newSeed: new Uint8Array(32).fill(seed),
      parentBlock: parent[0],
      parentVtxindex: parent[1],
      keyBlock: key[0],
      keyVtxindex: key[1],
      burnParentModulus: ((target % 5) + 5) % 5,
      memo,
    });
    const paid = (outputs ?? [SOMEBODY.p2pkh, SOMEBODY.p2sh]).map((script) => pay(script, value));
    const coin =
      spends === undefined ? this.coin() : Actor.outputOf(spends, parseTransaction(spends.bytes).outputs.length - 1);
    return this.write('leader_block_commit', payload, paid, coin);
  }

  /** Output 1 is the actor's own: what they spend next. */
  preStx(): SignedTransaction {
    return this.write('pre_stx', new Uint8Array(0), [pay(this.script, 20_000n)]);
  }

  stack(prepared: SignedTransaction, amount: bigint, reward: Uint8Array, index = 1): SignedTransaction {
    const payload = writeStack({ amount, cycles: 12, signerKey: this.wallet.publicKey, maxAmount: amount, authId: 7 });
    return this.write('stack_stx', payload, [pay(reward)], Actor.outputOf(prepared, index));
  }

  transfer(prepared: SignedTransaction, amount: bigint, receiver: Uint8Array): SignedTransaction {
    const payload = writeTransfer({ amount, memo: new TextEncoder().encode('rent') });
    return this.write('transfer_stx', payload, [pay(receiver)], Actor.outputOf(prepared, 1));
  }

  delegate(prepared: SignedTransaction, amount: bigint, to: Uint8Array, reward: Uint8Array): SignedTransaction {
    const payload = writeDelegate({ amount, rewardIndex: 1, untilHeight: 2n ** 64n - 1n });
    return this.write('delegate_stx', payload, [pay(to), pay(reward)], Actor.outputOf(prepared, 1));
  }

  vote(prepared: SignedTransaction): SignedTransaction {
    const payload = writeVote({ signerIndex: 1, aggregateKey: this.wallet.publicKey, round: 2, rewardCycle: 3n });
    return this.write('vote_for_aggregate_key', payload, [], Actor.outputOf(prepared, 1));
  }
}
