import { setTimeout as sleep } from 'node:timers/promises';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { NodeCallRefused, NodeUnreachable } from './errors.ts';

/** The calls that a miner makes. Hashes and txids are hex in display order. */
export interface NodeCalls {
  bestBlockHash(): Promise<string>;
  blockCount(): Promise<number>;
  blockHashAt(height: number): Promise<string>;
  /** Raw, of any branch. */
  block(hash: string): Promise<Uint8Array>;
  /** Null when the node took the block, else its word for why not. */
  submitBlock(raw: Uint8Array): Promise<string | null>;
  /** The txid. */
  sendRawTransaction(raw: Uint8Array): Promise<string>;
  mempool(): Promise<readonly string[]>;
  invalidateBlock(hash: string): Promise<void>;
  reconsiderBlock(hash: string): Promise<void>;
}

interface Reply {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string } | null;
}

const timeoutMs = 120_000;
/** A node that was restarted closes the connections we kept open: the first call on one of them fails. */
const attemptsMax = 3;
const attemptPauseMs = 100;

/** Calls a node by JSON-RPC 1.0, which btcd and Bitcoin Core both answer. `nodeUrl` holds the credentials. */
export function createNodeCalls(nodeUrl: string): NodeCalls {
  const { username, password, origin } = new URL(nodeUrl);
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const headers = { authorization: `Basic ${credentials}`, 'content-type': 'application/json' };
  let calls = 0;

  async function post(method: string, body: string): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await fetch(origin, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) });
        const text = await response.text();
        if (!text.startsWith('{')) throw new Error(`status ${response.status}, ${text.slice(0, 100) || 'an empty body'}`);
        return JSON.parse(text) as Reply;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (attempt === attemptsMax) throw new NodeUnreachable(method, why, error);
        await sleep(attemptPauseMs);
      }
    }
  }

  async function call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    calls += 1;
    const reply = await post(method, JSON.stringify({ jsonrpc: '1.0', id: `miner-${calls}`, method, params }));
    if (reply.error) throw new NodeCallRefused(method, reply.error.code, reply.error.message);
    return reply.result ?? null;
  }

  const text = async (method: string, ...params: readonly unknown[]): Promise<string> => {
    const result = await call(method, ...params);
    if (typeof result !== 'string') throw new NodeUnreachable(method, `expected text, got ${JSON.stringify(result)}`);
    return result;
  };

  return {
    bestBlockHash: () => text('getbestblockhash'),
    blockCount: async () => Number(await call('getblockcount')),
    blockHashAt: (height) => text('getblockhash', height),
    block: async (hash) => hexToBytes(await text('getblock', hash, 0)),
    submitBlock: async (raw) => (await call('submitblock', bytesToHex(raw))) as string | null,
    sendRawTransaction: (raw) => text('sendrawtransaction', bytesToHex(raw)),
    mempool: async () => (await call('getrawmempool')) as readonly string[],
    invalidateBlock: async (hash) => void (await call('invalidateblock', hash)),
    reconsiderBlock: async (hash) => void (await call('reconsiderblock', hash)),
  };
}
