import {
  bytesToHex,
  encodeBase58Check,
  type NetworkName,
  NULL_HASH,
  type PrivateKey,
  parsePrivateKey,
  parseTransaction,
  publicKeyOf,
  type Sats,
  serializeTransaction,
  sha256,
  type Txid,
  height as toHeight,
} from '@virtualchain/bitcoin';
import {
  type AnyStateMachine,
  type ConsensusHash,
  type FoldedBlock,
  MemoryFold,
  type OperationOutcome,
  type Reading,
  type Row,
  rehearse,
  type StateReading,
} from '@virtualchain/machine';
import type { Plan, Planning } from '@virtualchain/machine-bns';
import {
  type BnsCollections,
  type BnsParameters,
  bnsChain,
  bnsMachine,
  readParameters,
  readPlanning,
  rehearsedOf,
  type Sender,
} from '@virtualchain/machine-bns';
import type { OperationEvent } from '@virtualchain/protocol';
import { type Account, type AccountKind, buildOperation, type Coin, createAccount } from '@virtualchain/wallet';

/** Somebody on the stage. */
export interface Actor {
  readonly account: Account;
  readonly keys: readonly PrivateKey[];
  readonly address: string;
}

type Verdict = OperationOutcome['verdict'];

const network: NetworkName = 'mainnet';
const firstBlock = 101;

export function actor(name: string, kind: AccountKind = 'p2pkh'): Actor {
  const count = kind === 'p2sh-multisig' ? 3 : 1;
  const keys = Array.from({ length: count }, (_each, i) =>
    parsePrivateKey(`${bytesToHex(sha256(new TextEncoder().encode(`${name} ${i}`)))}01`),
  );
  const account = createAccount(kind, keys, network, count === 3 ? 2 : 1);
  const hash = kind === 'p2pkh' ? account.script.subarray(3, 23) : account.script.subarray(2, 22);
  return { account, keys, address: encodeBase58Check(kind === 'p2pkh' ? 0 : 5, hash) };
}

function senderOf({ script, kind }: Account, [key]: readonly PrivateKey[]): Sender {
  return { script, kind, publicKey: kind === 'p2pkh' && key !== undefined ? publicKeyOf(key) : null };
}

/** Plans as transactions, signed, folded on memory one a block: no node, no log, no database. */
export class BnsStage {
  readonly machine: AnyStateMachine;
  readonly rules: BnsParameters;
  readonly #chain;
  #fold: MemoryFold | null = null;

  constructor(parameters: Readonly<Record<string, unknown>>) {
    this.#chain = bnsChain({ firstBlock });
    this.machine = bnsMachine(parameters, this.#chain);
    this.rules = readParameters(parameters);
  }

  /** What a plan of somebody is made with. */
  async planning({ account }: Actor): Promise<Planning> {
    return readPlanning({ reading: await this.#reading(), rules: this.rules }, this.machine.firstBlock, account);
  }

  /** What the machine would say of a plan, and of what it is for. */
  async rehearse({ account, keys }: Actor, plan: Plan): Promise<readonly Verdict[]> {
    const sender = senderOf(account, keys);
    const plans = [plan, ...(plan.next === undefined ? [] : [plan.next])];
    const operations = plans.map((each) => rehearsedOf(each, sender));
    return rehearse(this.machine, (await this.#reading()) as unknown as Reading, operations);
  }

  /** Folds a plan's signed transaction, alone in a block. */
  async play({ account }: Actor, { opcode, payload, outputs, changeIndex }: Plan): Promise<Verdict> {
    const fold = await this.#opened();
    const { magic } = this.#chain;
    const data = Uint8Array.of(...magic, opcode, ...payload);
    const built = buildOperation({
      account,
      coins: [coinOf(account, this.#height)],
      data,
      outputs,
      feeRate: 2_000n,
      ...(changeIndex === undefined ? {} : { changeIndex }),
    });
    const { transaction, spent } = built;
    const event = {
      opcode: bytesToHex(Uint8Array.of(opcode)),
      payload: bytesToHex(payload),
      position: 0,
      txid: transaction.txid,
      transactionIndex: 1,
      height: this.#height + 1,
      senders: spent.map(({ script }) => ({ scriptPubKey: bytesToHex(script) })),
      inputs: transaction.inputs.map(({ script }) => ({ script: bytesToHex(script) })),
      outputs: transaction.outputs.map(({ value, script }) => ({ value: String(value), script: bytesToHex(script) })),
    } as unknown as OperationEvent;
    await this.#connect(fold, [event]);
    return (fold.tip as FoldedBlock).outcomes[0]?.verdict as Verdict;
  }

  /** Empty blocks. */
  async pass(blocks: number): Promise<void> {
    const fold = await this.#opened();
    for (let i = 0; i < blocks; i++) await this.#connect(fold, []);
  }

  /** The current row of a key. */
  async row(collection: string, key: Row): Promise<Row | null> {
    const state = (await this.#reading()).state as unknown as Record<string, { get(key: Row): Promise<Row | null> }>;
    return (await state[collection]?.get(key)) ?? null;
  }

  get #height(): number {
    return this.#fold?.tip?.block.height ?? firstBlock - 1;
  }

  async #opened(): Promise<MemoryFold> {
    this.#fold ??= await MemoryFold.open(this.machine);
    return this.#fold;
  }

  async #connect(fold: MemoryFold, operations: readonly OperationEvent[]): Promise<void> {
    const height = toHeight(this.#height + 1);
    await fold.connect({ height, hash: NULL_HASH, previousHash: NULL_HASH, time: height, operations });
  }

  /** The current rows as a reading: no past heights. */
  async #reading(): Promise<Reading<BnsCollections>> {
    const fold = await this.#opened();
    const height = toHeight(this.#height);
    const rowsOf = (name: string) => fold.state.dump(name);
    const { collections } = this.machine;
    const state: Record<string, unknown> = {};
    for (const name of Object.keys(collections)) {
      const matching = (wanted: Row) =>
        rowsOf(name).filter((row) => Object.entries(wanted).every(([column, value]) => row[column] === value));
      state[name] = {
        get: async (key: Row) => matching(key)[0] ?? null,
        async *by(_index: string, prefix: Row, { after }: { after?: Row } = {}) {
          if (after === undefined) yield* matching(prefix);
        },
        count: async (_index: string, prefix: Row) => matching(prefix).length,
        history: async () => [],
      };
    }
    const sealed = new Map<number, ConsensusHash>(this.machine.initialSnapshots);
    for (const { block, consensusHash } of fold.blocks) sealed.set(block.height, consensusHash);
    return {
      height,
      tip: height,
      state: state as unknown as StateReading<BnsCollections>,
      consensusHashes: async (heights: readonly number[]) =>
        new Map(heights.flatMap((at) => (sealed.has(at) ? [[at, sealed.get(at)]] : [])) as never),
      heightOf: async (hash: string) => [...sealed].find(([, each]) => each === hash)?.[0] ?? null,
    } as unknown as Reading<BnsCollections>;
  }
}

/** A coin of an account, another one for each height. */
function coinOf({ script }: Account, height: number): Coin {
  const value = 1_000_000_000n as Sats;
  const transaction = serializeTransaction({
    version: 2,
    locktime: height,
    inputs: [{ txid: '11'.repeat(32) as Txid, index: 0, script: new Uint8Array(0), sequence: 0, witness: [] }],
    outputs: [{ value, script }],
  });
  return {
    txid: parseTransaction(transaction).txid,
    index: 0,
    value,
    script,
    isMined: true,
    amountFrom: 'transaction',
  };
}
