import { bytesEqual, parseTransaction, type Txid } from '@virtualchain/bitcoin';
import { wallClock } from '@virtualchain/kernel';
import { type NodeRpc, NodeRpcError } from '@virtualchain/node-client';
import type { Account } from './account.ts';
import { type Coin, lookAtCoin, type Outpoint, readTransaction } from './coins.ts';
import { WalletRefused } from './errors.ts';

/** Core's code for `scantxoutset` while another scan runs, and for parameters that it does not take. */
const scanRunning = -8;
const SCAN_POLL_MS = 500;
const SCAN_WAIT_MAX_MS = 10 * 60_000;
/** Transactions in the mempool that are followed from our coins; nodes let 25 depend on one. */
const FOLLOWED_MAX = 200;

/** The coins of an account. */
export interface FoundCoins {
  /** What can be spent now, own change that is not mined yet included. */
  readonly coins: readonly Coin[];
  /** Why others are not among them; null when there are none. */
  readonly leftOut: string | null;
}

/** Who is told of waiting, and how long that may take, in milliseconds. */
export interface ScanOptions {
  /** Takes a line for people, when there is something to wait for. */
  readonly say?: (line: string) => void;
  readonly waitMaxMs?: number;
}

/**
 * The account's coins, as the node finds them in its set of unspent outputs. Those that a transaction in the mempool spends
 * are left out, and what that transaction pays back to the account is taken instead: only who has the keys can have signed
 * it. A node without `scantxoutset` (btcd) is told the coins (`coinsAt`).
 *
 * @throws WalletRefused COINS_MISSING, SCAN_BUSY.
 */
export async function scanCoins(rpc: NodeRpc, account: Account, options: ScanOptions = {}): Promise<FoundCoins> {
  const coins: Coin[] = [];
  const spent: Outpoint[] = [];
  let immature = 0;
  for (const { blockHash, ...outpoint } of await scan(rpc, account, options)) {
    const look = await lookAtCoin(rpc, account, outpoint, blockHash);
    if (look.kind === 'coin') coins.push(look.coin);
    else if (look.kind === 'spent') spent.push(outpoint);
    else immature += 1;
  }
  coins.push(...(await ownChange(rpc, account, spent)));
  const leftOut = [
    immature === 0 ? [] : [`${counted(immature, 'coinbase')} not mature yet`],
    spent.length === 0 ? [] : [`${counted(spent.length, 'coin')} spent by a transaction that is not mined yet`],
  ].flat();
  return { coins, leftOut: leftOut.length === 0 ? null : leftOut.join(', ') };
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

async function scan(
  rpc: NodeRpc,
  account: Account,
  { say = () => undefined, waitMaxMs = SCAN_WAIT_MAX_MS }: ScanOptions,
): Promise<readonly (Outpoint & { readonly blockHash?: string })[]> {
  const deadline = performance.now() + waitMaxMs;
  let isSaid = false;
  for (;;) {
    try {
      const found = await rpc.call('scantxoutset', 'start', [`raw(${Buffer.from(account.script).toString('hex')})`]);
      const { unspents = [] } = (found ?? {}) as { readonly unspents?: readonly ScannedCoin[] };
      return unspents.map(({ txid, vout, blockhash }) => ({
        txid: txid as Txid,
        index: vout,
        ...(blockhash === undefined ? {} : { blockHash: blockhash }),
      }));
    } catch (error) {
      if (!(error instanceof NodeRpcError)) throw error;
      if (error.rpcCode !== scanRunning || !/in progress/i.test(error.message)) {
        throw new WalletRefused(
          'COINS_MISSING',
          `${rpc.label} does not look for coins (scantxoutset: ${error.message}); name them with --coin txid:index`,
          { cause: error },
        );
      }
      if (performance.now() > deadline)
        throw new WalletRefused(
          'SCAN_BUSY',
          `${rpc.label} has been busy with another scan for coins for ${waitMaxMs / 1_000} s; try later, or name the coins with --coin txid:index`,
          { cause: error },
        );
    }
    if (!isSaid) say(`${rpc.label} is looking for coins for somebody else; waiting until it is done`);
    isSaid = true;
    await wallClock.sleep(SCAN_POLL_MS);
  }
}

interface ScannedCoin {
  readonly txid: string;
  readonly vout: number;
  /** Not said by nodes before 28.0. */
  readonly blockhash?: string;
}

/** What transactions in the mempool that spend these outputs pay to the account, as far as nothing there spends it again. */
async function ownChange(rpc: NodeRpc, account: Account, spent: readonly Outpoint[]): Promise<readonly Coin[]> {
  const coins: Coin[] = [];
  const followed = new Set<string>();
  let next = spent;
  while (next.length > 0) {
    const again: Outpoint[] = [];
    for (const txid of await findSpenders(rpc, next)) {
      if (followed.has(txid) || followed.size >= FOLLOWED_MAX) continue;
      followed.add(txid);
      const bytes = await readTransaction(rpc, [txid, 0]);
      if (bytes === null) continue; // mined or replaced since we asked
      const { outputs } = parseTransaction(bytes);
      for (const [index, { script }] of outputs.entries()) {
        if (!bytesEqual(script, account.script)) continue;
        const look = await lookAtCoin(rpc, account, { txid, index });
        if (look.kind === 'coin') coins.push(look.coin);
        else again.push({ txid, index });
      }
    }
    next = again;
  }
  return coins;
}

/** Empty for a node that cannot be asked (before 24.0): its unmined change is not known then. */
async function findSpenders(rpc: NodeRpc, outpoints: readonly Outpoint[]): Promise<readonly Txid[]> {
  try {
    const answer = await rpc.call(
      'gettxspendingprevout',
      outpoints.map(({ txid, index }) => ({ txid, vout: index })),
    );
    return (answer as readonly { readonly spendingtxid?: Txid }[]).flatMap(({ spendingtxid }) => spendingtxid ?? []);
  } catch (error) {
    if (error instanceof NodeRpcError) return [];
    throw error;
  }
}
