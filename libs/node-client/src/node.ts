import {
  type BlockHash,
  type Height,
  headerHash,
  headerLength,
  type NetworkName,
  networkByGenesis,
} from '@virtualchain/bitcoin';
import { publishedAt } from './branch/zmq-address.ts';
import { NodePruned, NodeReplyInvalid, NodeRpcError } from './errors.ts';
import { fundingFinder, notFound } from './funding.ts';
import type { BitcoinNode, ChainTip, ChainTipStatus, NodeStatus } from './port.ts';
import { answerOf } from './rpc/answer.ts';
import { type NodeRpc, openRpc, type RpcOptions } from './rpc/rpc.ts';
import type { RpcOutcome } from './rpc/rpc-reply.ts';

/** How the node is spoken to. */
export interface NodeOptions extends RpcOptions {
  /** Where the node publishes `hashblock`, such as `tcp://127.0.0.1:28332`; the node is asked when absent. */
  readonly zmqUrl?: string | undefined;
}

/** A node at `http://user:password@host:port`, Bitcoin Core, btcd, or what speaks like them. Nothing is sent yet. */
export function openNode(url: string, options: NodeOptions = {}): BitcoinNode {
  const rpc = openRpc(url, options);
  const { label } = rpc;
  const funding = fundingFinder(rpc);
  const rawBlock = blockReader(rpc);
  const blockHashesFrom = (height: Height, count: number) => readBlockHashes(rpc, height, count);

  return {
    label,
    async status(): Promise<NodeStatus> {
      const [{ answer, info }, [genesisHash]] = await Promise.all([
        readChainInfo(rpc),
        blockHashesFrom(0 as Height, 1),
      ]);
      if (genesisHash === undefined) throw new NodeReplyInvalid(label, 'getblockhash: no genesis block');
      return {
        network: networkByGenesis(genesisHash) ?? (answer.text(info['chain']) as NetworkName),
        genesisHash,
        blocks: answer.height(info['blocks']),
        headers: answer.height(info['headers']),
        bestBlockHash: answer.hash(info['bestblockhash']),
        initialBlockDownload: info['initialblockdownload'] === true,
        pruneHeight: info['pruned'] === true ? answer.height(info['pruneheight'] ?? 0) : null,
      };
    },
    async bestBlock() {
      const { answer, info } = await readChainInfo(rpc);
      return { height: answer.height(info['blocks']), hash: answer.hash(info['bestblockhash']) };
    },
    async blockHashAt(height) {
      const [hash] = await blockHashesFrom(height, 1);
      return hash ?? null;
    },
    blockHashesFrom,
    async header(hash) {
      const result = await nullIfNotFound(rpc.call('getblockheader', hash, false));
      if (result === null) return null;
      const bytes = answerOf(label, 'getblockheader').bytes(result);
      if (bytes.length !== headerLength || headerHash(bytes) !== hash) {
        throw new NodeReplyInvalid(label, `getblockheader: not the header of ${hash}`);
      }
      return bytes;
    },
    async block(hash) {
      const bytes = await rawBlock(hash);
      if (bytes !== null && (bytes.length <= headerLength || headerHash(bytes.subarray(0, headerLength)) !== hash)) {
        throw new NodeReplyInvalid(label, `not the block ${hash}`);
      }
      return bytes;
    },
    async chainTips() {
      const answer = answerOf(label, 'getchaintips');
      return answer.array(await rpc.call('getchaintips')).map((tip): ChainTip => {
        const { height, hash, branchlen, status } = answer.object(tip);
        return {
          height: answer.height(height),
          hash: answer.hash(hash),
          branchLength: answer.height(branchlen),
          status: tipStatus(status),
        };
      });
    },
    transactions: funding.transactions,
    spentOutputs: funding.spentOutputs,
    zmqUrl: async () => options.zmqUrl ?? (await publishedAt(rpc, new URL(url).hostname, 'hashblock')),
    fundingSource: funding.source,
    close: rpc.close,
    [Symbol.asyncDispose]: rpc.close,
  };
}

async function readChainInfo(rpc: NodeRpc) {
  const answer = answerOf(rpc.label, 'getblockchaininfo');
  return { answer, info: answer.object(await rpc.call('getblockchaininfo')) };
}

/** Hashes of the best chain from a height on, as many as it has of so many. */
async function readBlockHashes(rpc: NodeRpc, height: Height, count: number): Promise<readonly BlockHash[]> {
  const outcomes = await rpc.batch(
    Array.from({ length: count }, (_, index) => ({ method: 'getblockhash', parameters: [height + index] })),
  );
  const hashes: BlockHash[] = [];
  for (const outcome of outcomes) {
    if (outcome.kind === 'error') {
      if (!isAboveTip(outcome)) throw new NodeRpcError(rpc.label, 'getblockhash', outcome.code, outcome.message);
      break;
    }
    hashes.push(answerOf(rpc.label, 'getblockhash').hash(outcome.result));
  }
  return hashes;
}

/** Core says -8, btcd -1, both "out of range". */
function isAboveTip({ code, message }: RpcOutcome & { readonly kind: 'error' }): boolean {
  return (code === -8 || code === -1) && /out of range/i.test(message);
}

const TIP_STATUSES: ReadonlySet<unknown> = new Set([
  'active',
  'valid-fork',
  'valid-headers',
  'headers-only',
  'invalid',
]);

function tipStatus(status: unknown): ChainTipStatus {
  return TIP_STATUSES.has(status) ? (status as ChainTipStatus) : 'unknown';
}

async function nullIfNotFound(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof NodeRpcError && error.rpcCode === notFound) return null;
    throw error;
  }
}

/** Blocks by REST while the node has it, else by `getblock` 0. A node that gave one without REST is not asked again. */
function blockReader(rpc: NodeRpc): (hash: BlockHash) => Promise<Uint8Array | null> {
  let rest: 'untried' | 'present' | 'absent' = 'untried';
  return async (hash) => {
    if (rest !== 'absent') {
      const outcome = await rpc.restBlock(hash);
      if (outcome.kind === 'bytes') {
        rest = 'present';
        return outcome.bytes;
      }
    }
    const bytes = await getBlock(rpc, hash);
    if (rest === 'untried' && bytes !== null) rest = 'absent';
    return bytes;
  };
}

/** Core's code for a block that it knows of but does not have. */
const noBlockData = -1;

async function getBlock(rpc: NodeRpc, hash: BlockHash): Promise<Uint8Array | null> {
  try {
    const result = await nullIfNotFound(rpc.call('getblock', hash, 0));
    return result === null ? null : answerOf(rpc.label, 'getblock').bytes(result);
  } catch (error) {
    if (!(error instanceof NodeRpcError) || error.rpcCode !== noBlockData) throw error;
    if (/pruned/i.test(error.message)) throw new NodePruned(rpc.label, `has pruned the block ${hash}`);
    if (/not (found on disk|fully downloaded|available)/i.test(error.message)) return null;
    throw error;
  }
}
