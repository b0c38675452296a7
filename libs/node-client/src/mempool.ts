import type { BlockHash, Height, TransactionOutput, Txid } from '@virtualchain/bitcoin';
import type { Observable } from 'rxjs';
import { type TipSignal, watchNode } from './branch/watch-tip.ts';
import { publishedAt } from './branch/zmq-address.ts';
import { NodeRpcError } from './errors.ts';
import { getRawTransactions } from './funding.ts';
import { OUTPUTS_PER_BATCH_MAX } from './limits.ts';
import { answerOf } from './rpc/answer.ts';
import { openRpc, type RpcOptions } from './rpc/rpc.ts';

/** One output of a transaction. */
export interface Outpoint {
  readonly txid: Txid;
  readonly index: number;
}

/** What waits to be mined, and on top of which block. */
export interface MempoolView {
  readonly tip: { readonly height: Height; readonly hash: BlockHash };
  /** In the node's order: Core names ancestors first, btcd has no order. */
  readonly txids: readonly Txid[];
}

/** How a node's mempool is asked. */
export interface MempoolOptions extends RpcOptions {
  /** Where the node publishes `rawtx`, such as `tcp://127.0.0.1:28333`; the node is asked when absent. */
  readonly zmqUrl?: string | undefined;
}

/** The unconfirmed transactions of one node: its word, which nothing proves. Every failure of a call is a typed error. */
export interface Mempool extends AsyncDisposable {
  /** Host and port, without credentials. */
  readonly label: string;
  /** The node's best block. */
  tip(): Promise<MempoolView['tip']>;
  /** Null where the node's best block changed while it was asked: ask again. */
  read(): Promise<MempoolView | null>;
  /** Raw transactions by txid, each checked against it; those that are not in the mempool any more are left out. */
  transactions(txids: readonly Txid[]): Promise<ReadonlyMap<Txid, Uint8Array>>;
  /** Outputs of blocks that no block spends, whatever the mempool spends, in the order that was asked; null for any other. */
  unspent(outpoints: readonly Outpoint[]): Promise<readonly (TransactionOutput | null)[]>;
  /** Where the node publishes `rawtx`, as it says itself unless it was configured; null where it does not. */
  zmqUrl(): Promise<string | null>;
  /** Wakes up at once, every `pollMs` milliseconds, and for every transaction that the node publishes. A hint. */
  watch(pollMs: number): Observable<TipSignal>;
}

/** The mempool of the node at `http://user:password@host:port`. Nothing is sent yet. @throws NodeUrlInvalid, NodeCredentialsTwice */
export function openMempool(url: string, options: MempoolOptions = {}): Mempool {
  const rpc = openRpc(url, options);
  const { label } = rpc;
  const best = async () => {
    const answer = answerOf(label, 'getblockchaininfo');
    const info = answer.object(await rpc.call('getblockchaininfo'));
    return { height: answer.height(info['blocks']), hash: answer.hash(info['bestblockhash']) };
  };
  const zmqUrl = async () => options.zmqUrl ?? (await publishedAt(rpc, new URL(url).hostname, 'rawtx'));
  return {
    label,
    tip: best,
    async read() {
      const tip = await best();
      const answer = answerOf(label, 'getrawmempool');
      const txids = answer.array(await rpc.call('getrawmempool')).map((txid) => answer.hash(txid) as string as Txid);
      return (await best()).hash === tip.hash ? { tip, txids } : null;
    },
    transactions: (txids) =>
      getRawTransactions(
        rpc,
        txids.map((txid) => [txid, 0]),
      ),
    async unspent(outpoints) {
      const found: (TransactionOutput | null)[] = [];
      const answer = answerOf(label, 'gettxout');
      for (let i = 0; i < outpoints.length; i += OUTPUTS_PER_BATCH_MAX) {
        const batch = outpoints.slice(i, i + OUTPUTS_PER_BATCH_MAX);
        const outcomes = await rpc.batch(
          batch.map(({ txid, index }) => ({ method: 'gettxout', parameters: [txid, index, false] })),
        );
        for (const outcome of outcomes) {
          if (outcome.kind === 'error') throw new NodeRpcError(label, 'gettxout', outcome.code, outcome.message);
          if (outcome.result === null) found.push(null);
          else {
            const { value, scriptPubKey } = answer.object(outcome.result);
            found.push({ value: answer.sats(value), script: answer.script(answer.object(scriptPubKey)['hex']) });
          }
        }
      }
      return found;
    },
    zmqUrl,
    watch: (pollMs) => watchNode(zmqUrl, 'rawtx', pollMs),
    [Symbol.asyncDispose]: rpc.close,
  };
}
