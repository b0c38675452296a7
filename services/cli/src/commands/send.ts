import type { NodeRpc } from '@virtualchain/node-client';
import { type Connection, need } from '../connection.ts';
import { accountOf, readKeys, writeKeyFile } from '../keys.ts';
import { loadChainOf } from '../machine-of.ts';
import { openRpcOf, readNetwork } from '../node-of.ts';
import { print, printError } from '../output.ts';
import { type Judge, openJudge, verdictText } from '../sending/judge.ts';
import { bytesOf, operationData, type SentData } from '../sending/operation-data.ts';
import { OperationRejected, OperationUnfit } from '../sending/refusal.ts';
import { type Settled, waitForVerdict } from '../sending/wait.ts';
import { type WaitingOptions, waitOf } from '../sending/waiting-options.ts';
import { deliver, type Prepared, paymentOf, prepare } from '../transaction.ts';
import type { TransactionOptions } from '../transaction-options.ts';

export interface SendOptions extends TransactionOptions, WaitingOptions {
  /** What follows magic and opcode, as hex, instead of words. */
  readonly payload?: string;
  /** Who rehearses it, and whose verdict is waited for. */
  readonly machine?: string;
}

/** What is sent: an operation of a chain, in words. */
export interface Sent {
  readonly operation: string;
  readonly words: readonly string[];
}

/**
 * `vchain send <chain> <operation> …`: builds, signs, checks and sends an operation's transaction. Where a machine is named, or
 * waited for, it rehearses the operation first.
 *
 * @throws OperationUnfit before anything is sent, OperationRejected and WaitTimedOut after it.
 */
export async function send(
  connection: Connection,
  { operation, words }: Sent,
  options: SendOptions,
  signal: AbortSignal,
): Promise<void> {
  const payment = paymentOf(options);
  const waiting = { ...waitOf(options), signal, say: printError };
  const accountOn = accountOf(options, await readKeys(options));
  const isJudged = options.machine !== undefined || options.wait !== undefined;
  if (isJudged) need(connection, 'postgresUrl');
  const chain = await loadChainOf(connection);
  const data = operationData(chain, operation, words, options.payload);
  await using rpc = await openRpcOf(connection);
  const network = await readNetwork(connection);
  await using judge = isJudged ? await openJudge({ ...connection, network }, options.machine) : null;
  const prepared = await prepare(rpc, accountOn(network), { data: bytesOf(chain, data) }, payment);
  if (judge !== null) await refuseUnfit(judge, prepared, data, { rpc, isForced: options.force === true });
  const txid = await deliver(rpc, prepared, options);
  if (txid === null) return;
  const { fee, change } = prepared.built;
  const sent = { txid, fee: String(fee), change: String(change) };
  if (!options.json) print(`${txid}, fee ${fee} satoshis`);
  if (judge === null || options.wait === undefined) {
    if (options.json) print(JSON.stringify(sent));
    return;
  }
  const settled = await waitForVerdict(judge, rpc, txid, waiting).catch((error: unknown) => {
    if (options.json) print(JSON.stringify({ ...sent, verdict: null }));
    throw error;
  });
  if (options.json) print(JSON.stringify({ ...sent, ...settled }));
  sayVerdict(settled, options.json);
}

/** @throws OperationRejected */
function sayVerdict({ verdict, height, confirmations }: Settled, json: boolean): void {
  if (verdict.kind !== 'accepted') throw new OperationRejected(`in block ${height}, ${verdictText(verdict)}`);
  if (!json) print(`accepted in block ${height}, confirmations: ${confirmations}`);
}

/** @throws OperationUnfit */
async function refuseUnfit(
  judge: Judge,
  { built }: Prepared,
  data: SentData,
  { rpc, isForced }: { readonly rpc: NodeRpc; readonly isForced: boolean },
): Promise<void> {
  const problems = await judge.problemsOf(built, data, Number(await rpc.call('getblockcount')));
  if (problems.length === 0) return;
  const found = problems.join('; ');
  if (!isForced) throw new OperationUnfit(`${found}. Nothing was sent; --force sends it all the same`);
  printError(`--force: ${found}`);
}

/** `vchain keys <file>`: writes the keys of VCHAIN_KEY into an encrypted file. */
export async function keys(path: string, { json }: { readonly json: boolean }): Promise<void> {
  await writeKeyFile(path);
  if (json) print(JSON.stringify({ file: path }));
  else print(`${path}: the keys are encrypted with the password in VCHAIN_KEY_PASSWORD`);
}
