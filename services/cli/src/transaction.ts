import { createInterface } from 'node:readline/promises';
import { bytesToHex, type NetworkName, scriptText } from '@virtualchain/bitcoin';
import { type NodeRpc, openNode } from '@virtualchain/node-client';
import {
  type Account,
  type BuiltOperation,
  buildOperation,
  checkAcceptance,
  checkPayload,
  coinsAt,
  feeRate,
  type OperationPlan,
  operationScript,
  parseOutpoint,
  scanCoins,
  sendOperation,
} from '@virtualchain/wallet';
import type { Command } from 'commander';
import type { KeyOptions } from './keys.ts';
import { print } from './output.ts';
import { append, QueryInvalid } from './values.ts';

/** How a transaction is paid for and whether it is sent. */
export interface TransactionOptions extends KeyOptions {
  readonly coin?: readonly string[];
  readonly feeRate?: string;
  readonly feeRateFallback?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json: boolean;
}

/** A transaction that is ready to be sent, and how it is shown. */
export interface Prepared {
  readonly built: BuiltOperation;
  readonly described: ReturnType<typeof describe> & { readonly operation?: string };
}

/** Adds the options of every command that sends a transaction. */
export function withTransaction(command: Command, kinds: string, kind: string): Command {
  return command
    .option('--account <kind>', kinds, kind)
    .option('--m <count>', 'how many keys of a multisig sign; all by default')
    .option('--key-file <file>', 'encrypted keys (vchain keys); else VCHAIN_KEY holds them')
    .option('--coin <txid:index>', 'spend this output; several may be given; else the node looks for coins', append)
    .option('--fee-rate <rate>', 'satoshis per virtual byte; else the node is asked')
    .option('--fee-rate-fallback <rate>', 'when the node has no estimate')
    .option('--dry-run', 'print the decoded transaction and send nothing')
    .option('--yes', 'do not ask, also outside regtest')
    .option('--json', 'one line of JSON');
}

export async function networkOf(nodeUrl: string): Promise<NetworkName> {
  await using node = await openNode(nodeUrl);
  return (await node.status()).network;
}

/** Finds coins and the fee rate, builds and signs. @throws WalletRefused, QueryInvalid */
export async function prepare(
  rpc: NodeRpc,
  account: Account,
  operation: Pick<OperationPlan, 'data' | 'outputs' | 'changeIndex'>,
  options: TransactionOptions,
): Promise<Prepared> {
  await checkPayload(rpc, operationScript(operation.data));
  const outpoints = (options.coin ?? []).map((text) => {
    const outpoint = parseOutpoint(text);
    if (outpoint === null) throw new QueryInvalid(`--coin ${JSON.stringify(text)}: not txid:index`);
    return outpoint;
  });
  const coins = outpoints.length > 0 ? await coinsAt(rpc, account, outpoints) : await scanCoins(rpc, account);
  const rate = await feeRate(rpc, {
    ...(options.feeRate === undefined ? {} : { rate: Number(options.feeRate) }),
    ...(options.feeRateFallback === undefined ? {} : { fallback: Number(options.feeRateFallback) }),
  });
  const built = buildOperation({ account, coins, ...operation, feeRate: rate.rate });
  return { built, described: describe(built, account, rate) };
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
  rate: { readonly rate: number; readonly source: string },
) {
  return {
    network,
    from: address,
    txid: transaction.txid,
    virtualBytes,
    fee: String(fee),
    feeRate: rate,
    change: String(change),
    inputs: spent.map(({ txid, index, value }) => ({ txid, index, value: String(value) })),
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
  if (answer.trim() !== 'yes') throw new QueryInvalid('not sent');
}
