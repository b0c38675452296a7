import { selectUTXO } from '@scure/btc-signer';
import {
  concatBytes,
  parseTransaction,
  pushBytes,
  type Sats,
  type Transaction,
  type TransactionFields,
  type TransactionOutput,
} from '@virtualchain/bitcoin';
import type { Account } from './account.ts';
import type { Coin } from './coins.ts';
import { WalletRefused } from './errors.ts';
import { signTransaction } from './sign-transaction.ts';

const OP_RETURN = 0x6a;
const TRANSACTION_VERSION = 2;
/** Signals that a higher fee may take the transaction's place. */
const REPLACEABLE = 0xfffffffd;
/** Below it nodes call an output dust. */
const changeSatsMin = 546n;
/** Of an output beside its script: value and length. */
const outputFixedBytes = 9;

export interface OperationPlan {
  readonly account: Account;
  readonly coins: readonly Coin[];
  /** Magic, opcode and payload: what the OP_RETURN output pushes. */
  readonly data: Uint8Array;
  /** Satoshis per virtual byte. */
  readonly feeRate: number;
  /** Outputs after the operation, before the change. */
  readonly outputs?: readonly TransactionOutput[];
  /**
   * Which output the change is, for rules that count outputs: there is always one then. When absent it is the last one,
   * where it is no dust.
   */
  readonly changeIndex?: number;
}

export interface BuiltOperation {
  readonly transaction: Transaction;
  readonly bytes: Uint8Array;
  readonly spent: readonly Coin[];
  readonly fee: bigint;
  /** Satoshis that come back; 0 when they would be dust and went to the fee. */
  readonly change: bigint;
  readonly virtualBytes: number;
}

/** The script of an operation's output: OP_RETURN and one minimal push. */
export function operationScript(data: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(OP_RETURN), pushBytes(data));
}

/**
 * Chooses coins, adds change where it is no dust, and signs. The operation is the first output.
 *
 * @throws WalletRefused COINS_MISSING, InputUnsignable
 */
export function buildOperation(plan: OperationPlan): BuiltOperation {
  const { account, coins, data, feeRate, outputs = [], changeIndex } = plan;
  const wanted: readonly TransactionOutput[] = [{ value: 0n as Sats, script: operationScript(data) }, ...outputs];
  const kept = changeIndex === undefined ? 0n : changeSatsMin;
  const paid = kept === 0n ? wanted : [...wanted, { value: kept as Sats, script: account.script }];
  const selected = selectUTXO(
    coins.map((coin) => ({
      txid: coin.txid,
      index: coin.index,
      ...(isLegacy(account)
        ? { nonWitnessUtxo: coin.transaction }
        : { witnessUtxo: { amount: coin.value, script: coin.script } }),
      ...account.shape,
    })),
    paid.map(({ value, script }) => ({ amount: value, script })),
    'default',
    {
      feePerByte: BigInt(feeRate),
      changeAddress: account.address,
      network: networkOf(account),
      bip69: false,
      allowUnknownOutputs: true,
      allowLegacyWitnessUtxo: true,
    },
  );
  if (selected === undefined) {
    const total = coins.reduce((sum, { value }) => sum + value, 0n);
    const sent = paid.reduce((sum, { value }) => sum + value, 0n);
    throw new WalletRefused(
      'COINS_MISSING',
      `${account.address} has ${total} satoshis in ${coins.length} coins, too few for ${sent} and the fee at ${feeRate} satoshis per virtual byte`,
    );
  }
  const spent = selected.inputs.map((input) => {
    const coin = coins.find(
      ({ txid, index }) => index === input.index && txid === Buffer.from(input.txid ?? []).toString('hex'),
    );
    if (coin === undefined) throw new TypeError('coin selection chose a coin that was not offered');
    return coin;
  });
  const left =
    selected.outputs.length > paid.length ? (selected.outputs.at(-1) as { readonly amount: bigint }).amount : 0n;
  // Selection counted two outputs of change where the kept one takes what is left: the second one's fee comes back.
  const saved = kept > 0n && left > 0n ? BigInt((outputFixedBytes + account.script.length) * feeRate) : 0n;
  const change = (kept + left + saved) as Sats;
  const changeOutput = change > 0n ? [{ value: change, script: account.script }] : [];
  const unsigned: TransactionFields = {
    version: TRANSACTION_VERSION,
    locktime: 0,
    inputs: spent.map(({ txid, index }) => ({
      txid,
      index,
      script: new Uint8Array(0),
      sequence: REPLACEABLE,
      witness: [],
    })),
    outputs: wanted.toSpliced(changeIndex ?? wanted.length, 0, ...changeOutput),
  };
  const bytes = signTransaction(unsigned, spent, account.keyring);
  const transaction = parseTransaction(bytes);
  const fee =
    spent.reduce((sum, { value }) => sum + value, 0n) - unsigned.outputs.reduce((sum, { value }) => sum + value, 0n);
  const virtualBytes = Math.ceil((3 * transaction.strippedLength + bytes.length) / 4);
  return { transaction, bytes, spent, fee, change, virtualBytes };
}

function isLegacy({ kind }: Account): boolean {
  return kind === 'p2pkh' || kind === 'p2sh-multisig';
}

/** What the addresses of a network begin with, as coin selection wants it. */
function networkOf({ network }: Account) {
  if (network === 'mainnet') return { bech32: 'bc', pubKeyHash: 0x00, scriptHash: 0x05, wif: 0x80 };
  return { bech32: network === 'regtest' ? 'bcrt' : 'tb', pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef };
}
