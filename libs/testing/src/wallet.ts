import { secp256k1 } from '@noble/curves/secp256k1.js';
import { Transaction } from '@scure/btc-signer';
import {
  type BlockHash,
  bytesEqual,
  concatBytes,
  encodeBase58Check,
  hash160,
  hexToBytes,
  parseTransaction,
  type Sats,
  sha256,
  type TransactionOutput,
  type Txid,
} from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import { dataScript } from './building/data-script.ts';
import type { Coin, Ledger } from './ledger.ts';

/** The wallet has no coins, on this branch, for what it should pay. */
export class CoinsMissing extends ExpectedError {
  override readonly name = 'CoinsMissing';
  readonly code = 'COINS_MISSING';
  readonly remedy = 'halt';
}

/** A transaction that is ready to be mined, with its fee in satoshis. */
export interface SignedTransaction {
  readonly txid: Txid;
  readonly bytes: Uint8Array;
  readonly fee: bigint;
}

/** Which coins are spent, and at what fee. */
export interface SpendOptions {
  /** The branch whose coins are spent, by its tip; the miner's best one when absent. */
  readonly tip?: BlockHash;
  /** Satoshis. */
  readonly fee?: bigint;
  /** Satoshis per byte, instead of `fee`. */
  readonly feeRate?: number;
  /** Exactly these coins, instead of the oldest that suffice. */
  readonly coins?: readonly Coin[];
  /** Sent without a change output: what is left is fee. */
  readonly isWithoutChange?: boolean;
  /** Sequence of the inputs; 0xfffffffd makes the transaction replaceable. */
  readonly sequence?: number;
}

/** How the transaction of an operation is made. */
export interface OperationOptions extends SpendOptions {
  /** After the output with the payload, before the change. */
  readonly extraOutputs?: readonly TransactionOutput[];
}

/** One key, its P2PKH coins on every branch, and the transactions that it has signed. */
export interface Wallet {
  readonly seed: string;
  readonly script: Uint8Array;
  /** Compressed. */
  readonly publicKey: Uint8Array;
  /** hash160 of the public key. */
  readonly keyHash: Uint8Array;
  /** On regtest. */
  readonly address: string;
  coins(tip?: BlockHash): readonly Coin[];
  balance(tip?: BlockHash): bigint;
  /** A signed transaction whose first output carries `payload`. */
  operation(payload: Uint8Array, options?: OperationOptions): SignedTransaction;
  /** A signed transaction with these outputs, and the change. Any script goes, malformed ones included. */
  pay(outputs: readonly TransactionOutput[], options?: SpendOptions): SignedTransaction;
  /** Takes note of a transaction that waits in the node's mempool, whoever signed it: of the coins it spends, and those it makes. */
  remember(bytes: Uint8Array): void;
  /** Forgets what was signed or noted, so that on a branch that does not hold it the same coins can be spent otherwise. */
  forgetPending(): void;
}

const feeDefault = 1_000n;
const dustMax = 546n;
/** Bytes of a signed P2PKH input, at most. */
const inputBytesMax = 149;

/** A transaction that is not mined yet. */
interface Pending {
  /** Outpoints, as `outpointOf` writes them. */
  readonly spends: readonly string[];
  /** Its outputs to this wallet. */
  readonly coins: readonly Coin[];
}

/** The wallet of a seed. Equal seeds have equal keys, and signatures are deterministic. */
export function createWallet(seed: string, ledger: Ledger, bestTip: () => BlockHash): Wallet {
  const privateKey = privateKeyOf(seed);
  const publicKey = secp256k1.getPublicKey(privateKey, true);
  const keyHash = hash160(publicKey);
  const script = concatBytes(hexToBytes('76a914'), keyHash, hexToBytes('88ac'));
  const pending = new Map<Txid, Pending>();

  /** Coins of the branch that no pending transaction spends, and the change of pending ones. */
  function coins(tip = bestTip()): readonly Coin[] {
    const unmined = [...pending].flatMap(([txid, each]) => (ledger.isMined(txid, tip) ? [] : [each]));
    const spent = new Set(unmined.flatMap(({ spends }) => spends));
    const made = unmined.flatMap((each) => each.coins);
    return [...ledger.coinsOf(script, tip), ...made].filter((coin) => !spent.has(outpointOf(coin)));
  }

  function pay(outputs: readonly TransactionOutput[], options: SpendOptions = {}): SignedTransaction {
    const sent = outputs.reduce((sum, { value }) => sum + value, 0n);
    const feeFor = (inputs: number) => options.fee ?? feeOf(options.feeRate, inputs, outputs);
    const spends = options.coins ?? choose(coins(options.tip), (count) => sent + feeFor(count));
    const total = spends.reduce((sum, { output }) => sum + output.value, 0n);
    const left = total - sent - feeFor(spends.length);
    if (spends.length === 0 || left < 0n) {
      throw new CoinsMissing(
        `wallet '${seed}' has ${total} satoshis in ${spends.length} coins, short of ${sent} and the fee`,
      );
    }
    const change = options.isWithoutChange || left <= dustMax ? [] : [{ value: left as Sats, script }];
    const bytes = sign(spends, [...outputs, ...change], options.sequence);
    const { txid } = parseTransaction(bytes);
    const [output] = change;
    const back = output === undefined ? [] : [{ txid, index: outputs.length, output }];
    pending.set(txid, { spends: spends.map(outpointOf), coins: back });
    return { txid, bytes, fee: total - sent - (output?.value ?? 0n) };
  }

  function sign(spends: readonly Coin[], outputs: readonly TransactionOutput[], sequence = 0xffffffff): Uint8Array {
    const transaction = new Transaction({
      allowUnknownOutputs: true,
      allowUnknownInputs: true,
      allowLegacyWitnessUtxo: true,
      disableScriptCheck: true,
    });
    for (const { txid, index, output } of spends) {
      const witnessUtxo = { amount: output.value, script: output.script };
      transaction.addInput({ txid, index, witnessUtxo, sequence });
    }
    for (const { value, script: payTo } of outputs) transaction.addOutput({ amount: value, script: payTo });
    transaction.sign(privateKey);
    transaction.finalize();
    return transaction.extract();
  }

  return {
    seed,
    script,
    publicKey,
    keyHash,
    address: encodeBase58Check(regtestP2pkh, keyHash),
    coins,
    balance: (tip) => coins(tip).reduce((sum, { output }) => sum + output.value, 0n),
    pay,
    remember: (bytes) => void pending.set(parseTransaction(bytes).txid, pendingOf(bytes, script)),
    operation: (payload, { extraOutputs = [], ...options } = {}) =>
      pay([{ value: 0n as Sats, script: dataScript(payload) }, ...extraOutputs], options),
    forgetPending: () => pending.clear(),
  };
}

/** What a transaction in the mempool means for a script. */
function pendingOf(bytes: Uint8Array, script: Uint8Array): Pending {
  const { txid, inputs, outputs } = parseTransaction(bytes);
  const made = outputs.map((output, index) => ({ txid, index, output }));
  const coins = made.filter(({ output }) => bytesEqual(output.script, script));
  return { spends: inputs.map(outpointOf), coins };
}

const regtestP2pkh = 111;

/** The key of the wallet of a seed, 32 bytes; its public key is used compressed. */
export function privateKeyOf(seed: string): Uint8Array {
  let key = sha256(new TextEncoder().encode(seed));
  while (!secp256k1.utils.isValidSecretKey(key)) key = sha256(key);
  return Uint8Array.from(key);
}

function outpointOf({ txid, index }: Pick<Coin, 'txid' | 'index'>): string {
  return `${txid}:${index}`;
}

/** The oldest coins that suffice; all of them when they do not. */
function choose(coins: readonly Coin[], wantedFor: (count: number) => bigint): readonly Coin[] {
  const chosen: Coin[] = [];
  let total = 0n;
  for (const coin of coins) {
    chosen.push(coin);
    total += coin.output.value;
    if (total >= wantedFor(chosen.length)) break;
  }
  return chosen;
}

function feeOf(feeRate: number | undefined, inputs: number, outputs: readonly TransactionOutput[]): bigint {
  if (feeRate === undefined) return feeDefault;
  const outputBytes = outputs.reduce((sum, { script }) => sum + 13 + script.length, 34);
  return BigInt(Math.ceil(feeRate * (10 + inputs * inputBytesMax + outputBytes)));
}
