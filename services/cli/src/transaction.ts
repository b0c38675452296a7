import { createInterface } from 'node:readline/promises';
import { bytesToHex, decimalUnits, scriptText } from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import type { NodeRpc } from '@virtualchain/node-client';
import { redactText } from '@virtualchain/process';
import {
  type Account,
  type BuiltOperation,
  buildOperation,
  checkAcceptance,
  checkPayload,
  coinsAt,
  FEE_RATE_PLACES,
  type FeeRate,
  type FoundCoins,
  feeRate,
  feeRateText,
  type KnownFeeRate,
  type OperationPlan,
  operationScript,
  parseOutpoint,
  scanCoins,
  sendOperation,
} from '@virtualchain/wallet';
import { print } from './output.ts';
import type { TransactionOptions } from './transaction-options.ts';
import { QueryInvalid } from './values.ts';

/** A person was asked, and did not say yes. */
class NotConfirmed extends ExpectedError {
  override readonly name = 'NotConfirmed';
  readonly code = 'NOT_CONFIRMED';
  readonly remedy = 'halt';
}

/** A transaction that is ready to be sent, and how it is shown. */
export interface Prepared {
  readonly built: BuiltOperation;
  readonly described: ReturnType<typeof describe> & { readonly operation?: string };
}

/** How a transaction is paid for. */
export interface Payment {
  readonly outpoints: readonly Outpoint[];
  readonly rate: FeeRate | undefined;
  readonly fallback: FeeRate | undefined;
}

type Outpoint = NonNullable<ReturnType<typeof parseOutpoint>>;

/** What the options say of the payment; looked at before anything is asked. @throws QueryInvalid */
export function paymentOf(options: TransactionOptions): Payment {
  const outpoints = (options.coin ?? []).map((text) => {
    const outpoint = parseOutpoint(text);
    if (outpoint === null)
      throw new QueryInvalid(`--coin ${JSON.stringify(text)}: not txid:index; give an output of the account`);
    return outpoint;
  });
  const rate = rateOf('--fee-rate', options.feeRate);
  return { outpoints, rate, fallback: rateOf('--fee-rate-fallback', options.feeRateFallback) };
}

/** Finds coins and the fee rate, builds and signs. @throws WalletRefused */
export async function prepare(
  rpc: NodeRpc,
  account: Account,
  operation: Pick<OperationPlan, 'data' | 'outputs' | 'changeIndex'>,
  { outpoints, rate: given, fallback }: Payment,
): Promise<Prepared> {
  await checkPayload(rpc, operationScript(operation.data));
  const { coins, leftOut }: FoundCoins =
    outpoints.length > 0
      ? { coins: await coinsAt(rpc, account, outpoints), leftOut: null }
      : await scanCoins(rpc, account, { say: (line) => void process.stderr.write(`${redactText(line)}\n`) });
  const rate = await feeRate(rpc, {
    ...(given === undefined ? {} : { rate: given }),
    ...(fallback === undefined ? {} : { fallback }),
  });
  const plan = { account, coins, ...operation, feeRate: rate.rate };
  const built = buildOperation(leftOut === null ? plan : { ...plan, leftOut });
  return { built, described: describe(built, account, rate) };
}

function rateOf(flag: string, text: string | undefined): FeeRate | undefined {
  const rate = text === undefined ? undefined : decimalUnits(text, FEE_RATE_PLACES);
  if (rate === null)
    throw new QueryInvalid(
      `${flag} ${JSON.stringify(text)}: not satoshis per virtual byte with at most ${FEE_RATE_PLACES} decimals; give some, such as 2.5`,
    );
  return rate;
}

/** Sends what was prepared, asking first outside regtest; null for a dry run, which prints it. @throws WalletRefused, QueryInvalid */
export async function deliver(
  rpc: NodeRpc,
  { built, described }: Prepared,
  { dryRun, yes, json }: TransactionOptions,
): Promise<string | null> {
  if (dryRun === true) {
    print(json ? JSON.stringify(described) : JSON.stringify(described, null, 2));
    return null;
  }
  await checkAcceptance(rpc, built);
  if (described.network !== 'regtest' && yes !== true) await confirm(described);
  return sendOperation(rpc, built);
}

function describe(
  { transaction, bytes, spent, fee, change, virtualBytes }: BuiltOperation,
  { network, address }: Account,
  { rate, source }: KnownFeeRate,
) {
  return {
    network,
    from: address,
    txid: transaction.txid,
    virtualBytes,
    fee: String(fee),
    feeRate: { rate: Number(feeRateText(rate)), source },
    change: String(change),
    inputs: spent.map(({ txid, index, value, isMined, amountFrom }) => {
      return { txid, index, value: String(value), isMined, amountFrom };
    }),
    outputs: transaction.outputs.map(({ value, script }) => ({
      value: String(value),
      script: bytesToHex(script),
      asm: scriptText(script),
    })),
    hex: bytesToHex(bytes),
  };
}

async function confirm({ operation, network, from, fee, feeRate: rate, change }: Prepared['described']): Promise<void> {
  print(
    `${operation === undefined ? '' : `${operation}: `}network ${network}, from ${from}, fee ${fee} satoshis (${rate.rate} per virtual byte), change ${change} satoshis`,
  );
  if (!process.stdin.isTTY)
    throw new QueryInvalid('sending outside regtest wants a yes: there is no terminal to ask at, pass --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('send it? (yes/no) ');
  terminal.close();
  if (answer.trim() !== 'yes') throw new NotConfirmed('not sent: it was not confirmed');
}
