import { type BlockHash, bytesToHex, hexToBytes, NULL_TXID } from '@virtualchain/bitcoin';
import type { KnownBlock, NodeModel } from './node-model.ts';

export interface CoreSettings {
  /** As Core names it: `main`, `test`, `regtest`. */
  chain: string;
  hasRest: boolean;
  hasIndex: boolean;
  /** The index is still being built, and finds nothing yet. */
  isIndexBuilding: boolean;
  version: number;
  initialBlockDownload: boolean;
  /** Height of the newest header; that of the newest block when null. */
  headers: number | null;
  /** Where it publishes `hashblock`, by its own word. */
  zmqAddress: string | null;
  pruneHeight: number | null;
}

export interface CoreCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

export interface CoreAnswer {
  readonly result: unknown;
  readonly error: { readonly code: number; readonly message: string } | null;
  readonly id: unknown;
}

/** One call as Bitcoin Core 30 answers it under JSON-RPC 1.0: an error comes with HTTP 500, an unknown method with 404. */
export function coreAnswer(
  model: NodeModel,
  settings: CoreSettings,
  { id, method, params }: CoreCall,
): { readonly statusCode: number; readonly answer: CoreAnswer } {
  try {
    return { statusCode: 200, answer: { result: resultOf(model, settings, method, params), error: null, id } };
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    const { code, message } = error;
    return { statusCode: code === -32601 ? 404 : 500, answer: { result: null, error: { code, message }, id } };
  }
}

class CoreError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

function resultOf(model: NodeModel, settings: CoreSettings, method: string, params: readonly unknown[]): unknown {
  const known = (hash: unknown): KnownBlock => {
    const found = model.known(String(hash));
    if (found === null) throw new CoreError(-5, 'Block not found');
    return found;
  };
  switch (method) {
    case 'getblockchaininfo': {
      const { height, block } = model.best;
      const { chain, initialBlockDownload, pruneHeight, headers } = settings;
      const pruning = pruneHeight === null ? { pruned: false } : { pruned: true, pruneheight: pruneHeight };
      const sizes = { difficulty: 4.656542373906925e-10, verificationprogress: 1, size_on_disk: 293 };
      const tip = { blocks: height, headers: headers ?? height, bestblockhash: block.hash };
      return { chain, ...tip, ...sizes, initialblockdownload: initialBlockDownload, ...pruning };
    }
    case 'getblockhash': {
      const found = model.at(Number(params[0]));
      if (found === null) throw new CoreError(-8, 'Block height out of range');
      return found.block.hash;
    }
    case 'getblockheader': {
      const found = known(params[0]);
      return params[1] === false ? bytesToHex(found.block.headerBytes) : verboseHeader(model, found);
    }
    case 'getblock':
      return getBlock(model, settings, known(params[0]), Number(params[1] ?? 1));
    case 'getrawtransaction':
      return getRawTransaction(model, settings, params, known);
    case 'getchaintips':
      return model.tips().map(({ tip, branchLength, status }) => {
        return { height: tip.height, hash: tip.block.hash, branchlen: branchLength, status };
      });
    case 'getindexinfo':
      return settings.hasIndex
        ? { txindex: { synced: !settings.isIndexBuilding, best_block_height: model.best.height } }
        : {};
    case 'getzmqnotifications':
      return settings.zmqAddress === null ? [] : [{ type: 'pubhashblock', address: settings.zmqAddress, hwm: 1_000 }];
    case 'getnetworkinfo':
      return { version: settings.version, subversion: '/Satoshi:30.0.0/' };
    case 'submitblock':
      return model.submit(hexToBytes(String(params[0]))) ? null : 'inconclusive';
    case 'invalidateblock':
      model.invalidate(known(params[0]).block.hash);
      return null;
    case 'reconsiderblock':
      model.reconsider(params[0] as BlockHash);
      return null;
    default:
      throw new CoreError(-32601, 'Method not found');
  }
}

/** A block off the best chain has −1 confirmations. */
function verboseHeader(model: NodeModel, found: KnownBlock) {
  const { hash, header } = found.block;
  const confirmations = model.isOnBestChain(found) ? model.best.height - found.height + 1 : -1;
  return { hash, confirmations, height: found.height, time: header.time, previousblockhash: header.previousHash };
}

function getBlock(model: NodeModel, settings: CoreSettings, found: KnownBlock, verbosity: number): unknown {
  if (settings.pruneHeight !== null && found.height < settings.pruneHeight && found.height > 0) {
    throw new CoreError(-1, 'Block not available (pruned data)');
  }
  if (verbosity === 0) return bytesToHex(found.bytes);
  const transactions = found.block.transactions.map((transaction) => {
    if (verbosity === 1) return transaction.txid;
    const vin = transaction.inputs.map(({ txid, index }) => {
      if (txid === NULL_TXID) return { coinbase: '00' };
      const funding = model.transaction(txid);
      const { value = 0n, script = new Uint8Array(0) } = funding?.transaction.outputs[index] ?? {};
      const scriptPubKey = { hex: bytesToHex(script) };
      const prevout = { generated: false, height: funding?.in.height, value: Number(value) / 1e8, scriptPubKey };
      return { txid, vout: index, ...(verbosity === 3 ? { prevout } : {}) };
    });
    return { txid: transaction.txid, hex: bytesToHex(transaction.bytes), vin };
  });
  return { ...verboseHeader(model, found), tx: transactions };
}

function getRawTransaction(
  model: NodeModel,
  settings: CoreSettings,
  [txid, , blockHash]: readonly unknown[],
  known: (hash: unknown) => KnownBlock,
): string {
  if (blockHash !== undefined) {
    const holder = known(blockHash);
    if (settings.pruneHeight !== null && holder.height < settings.pruneHeight)
      throw new CoreError(-1, 'Block not available (pruned data)');
    const found = holder.block.transactions.find((each) => each.txid === txid);
    if (found === undefined) throw new CoreError(-5, 'No such transaction found in the provided block.');
    return bytesToHex(found.bytes);
  }
  const found = settings.hasIndex && !settings.isIndexBuilding ? model.transaction(String(txid)) : null;
  if (found === null) throw new CoreError(-5, 'No such mempool or blockchain transaction.');
  return bytesToHex(found.transaction.bytes);
}
