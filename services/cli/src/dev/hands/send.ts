import { setTimeout as sleep } from 'node:timers/promises';
import { parseBlock, parseTransaction, type TransactionOutput } from '@virtualchain/bitcoin';
import { NodeRpcError } from '@virtualchain/node-client';
import { type MachineVerdict, openRegistry, type Registry, readVerdicts } from '@virtualchain/projection';
import type { BuiltBlock, SignedTransaction, Wallet } from '@virtualchain/testing';
import { WaitTimedOut } from '../../sending/refusal.ts';
import { DevRefused } from './errors.ts';
import { fund } from './fund.ts';
import { FEE_SATS, VERDICT_POLL_MS } from './limits.ts';
import { type Mined, mine } from './mine.ts';
import { Overtaken, untilFirst } from './overtaken.ts';
import { type Stage, stageOn } from './stage.ts';

/** What a person sends: what the OP_RETURN output pushes, and the outputs behind it. */
export interface SentOperation {
  readonly data: Uint8Array;
  readonly outputs: readonly TransactionOutput[];
}

/** Whether the person had to be given coins first. */
export interface Sent {
  readonly txid: string;
  readonly bytes: Uint8Array;
  readonly wasFunded: boolean;
}

/**
 * Signs an operation with the coins of a person, and gives it to the node. Who has no coins is given some first.
 *
 * @throws CoinsMissing, DevRefused where the node does not take it
 */
export async function sendFrom(stage: Stage, wallet: Wallet, { data, outputs }: SentOperation): Promise<Sent> {
  const wasFunded = wallet.balance() === 0n;
  if (wasFunded) await fund(stage, [wallet]);
  const signed = wallet.operation(data, { fee: FEE_SATS, extraOutputs: outputs });
  await give(stage, signed);
  return { txid: signed.txid, bytes: signed.bytes, wasFunded };
}

/** What nodes say where somebody else has spent a coin of this transaction, or has sent the very same one. */
const COIN_TAKEN = /conflict|missingorspent|already spent|already in (utxo set|block chain)|already exists/;

async function give({ rpc }: Stage, { bytes }: SignedTransaction): Promise<void> {
  try {
    await rpc.call('sendrawtransaction', Buffer.from(bytes).toString('hex'));
  } catch (cause) {
    if (!(cause instanceof NodeRpcError)) throw cause;
    const Refused = COIN_TAKEN.test(cause.message) ? Overtaken : DevRefused;
    throw new Refused(`${rpc.label} did not take the transaction: ${cause.message}`, { cause });
  }
}

/** The block that what was sent is in. */
export type Held = Pick<Mined, 'height' | 'hash'>;

/** Mines a block with what waited in the mempool, and behind it what was sent now, unless somebody else has mined that. */
export function mineSent(stage: Stage, { bytes, txid }: Sent): Promise<Held> {
  const { rpc } = stage;
  return untilFirst(async (tries) => {
    const { miner, mempool } = tries === 0 ? stage : await stageOn(rpc);
    const holder = tries === 0 ? undefined : miner.branch().findLast((block) => isIn(block, txid));
    if (holder !== undefined) return holder;
    const isWaiting = mempool.some((each) => parseTransaction(each).txid === txid);
    return mine({ rpc, miner, mempool: isWaiting ? mempool : [...mempool, bytes] }, 1);
  });
}

function isIn({ bytes }: BuiltBlock, txid: string): boolean {
  return parseBlock(bytes).transactions.some((transaction) => transaction.txid === txid);
}

export interface VerdictWait {
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * Waits until every live machine of the chain has judged the operation.
 *
 * @throws WaitTimedOut
 */
export async function awaitVerdicts(
  postgresUrl: string,
  { chain, txid }: { readonly chain: string; readonly txid: string },
  { timeoutSeconds, signal }: VerdictWait,
): Promise<readonly MachineVerdict[]> {
  await using registry = await openRegistry(postgresUrl);
  const deadline = performance.now() + timeoutSeconds * 1_000;
  for (;;) {
    const verdicts = await verdictsSoFar(registry, chain, txid);
    if (verdicts !== null) return verdicts;
    if (performance.now() > deadline)
      throw new WaitTimedOut(
        `no verdict within ${timeoutSeconds} s (--timeout); it was sent and mined: ${txid}. See vchain status`,
      );
    await sleep(VERDICT_POLL_MS, undefined, { signal });
  }
}

/** Null until all have judged it. */
async function verdictsSoFar(
  registry: Registry,
  chain: string,
  txid: string,
): Promise<readonly MachineVerdict[] | null> {
  const found = [...(await readVerdicts(registry, chain, txid)).values()];
  const verdicts = found.filter((verdict) => verdict !== null);
  return verdicts.length === found.length && found.length > 0 ? verdicts : null;
}
