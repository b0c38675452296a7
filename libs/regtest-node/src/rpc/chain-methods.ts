import { bitsToTarget, bytesToHex, decodeCompact, type Transaction, workFromBits } from '@virtualchain/bitcoin';
import type { ChainView, KnownBlock } from '../chain/block-tree.ts';
import type { Coin } from '../chain/coins.ts';
import { medianTimeOf } from '../chain/median-time.ts';
import { WITNESS_SCALE } from '../limits.ts';
import type { CoreSettings } from './core-settings.ts';
import type { Methods } from './methods.ts';
import type { Parameters } from './parameters.ts';
import { RPC_CODES, RpcError } from './rpc-error.ts';
import { spendingJson, transactionJson } from './transaction-json.ts';

/** What the calls about the chain are answered from. */
export interface ChainSource {
  readonly view: ChainView;
  readonly settings: CoreSettings;
  /** What a transaction of a block spends, by its inputs; none where that is not known. */
  spentIn(known: KnownBlock, index: number): readonly (Coin | undefined)[];
  /** A transaction that waits to be mined. */
  waiting(txid: string): Transaction | undefined;
}

/** Calls about blocks and transactions, which change nothing. */
export function chainMethods(source: ChainSource): Methods {
  const { view, settings } = source;
  return {
    getblockchaininfo: { takes: [], answer: () => chainInfo(source) },
    getblockcount: { takes: [], answer: () => view.best.height },
    getbestblockhash: { takes: [], answer: () => view.best.block.hash },
    getblockhash: {
      takes: ['height'],
      answer: (given) => {
        const found = view.at(given.number(0));
        if (found === null) throw new RpcError(RPC_CODES.parameter, 'Block height out of range');
        return found.block.hash;
      },
    },
    getblockheader: {
      takes: ['"blockhash"', '( verbose )'],
      answer: (given) => {
        const found = knownBlock(view, given, 0);
        return given.flag(1, true) ? headerJson(view, found) : bytesToHex(found.block.headerBytes);
      },
    },
    getblock: {
      takes: ['"blockhash"', '( verbosity )'],
      answer: (given) => blockJson(source, knownBlock(view, given, 0), given.level(1, 1)),
    },
    getrawtransaction: {
      takes: ['"txid"', '( verbosity )', '( "blockhash" )'],
      answer: (given) => rawTransaction(source, given),
    },
    getchaintips: {
      takes: [],
      answer: () =>
        view.tips().map(({ tip, branchLength, status }) => {
          return { height: tip.height, hash: tip.block.hash, branchlen: branchLength, status };
        }),
    },
    getindexinfo: {
      takes: ['( "index_name" )'],
      answer: (given) => {
        const isAsked = !given.has(0) || given.text(0) === 'txindex';
        const txindex = { synced: !settings.isIndexBuilding, best_block_height: view.best.height };
        return settings.hasIndex && isAsked ? { txindex } : {};
      },
    },
    getzmqnotifications: {
      takes: [],
      answer: () =>
        settings.zmqAddress === null ? [] : [{ type: 'pubhashblock', address: settings.zmqAddress, hwm: 1_000 }],
    },
    getnetworkinfo: {
      takes: [],
      answer: () => ({ version: settings.version, subversion: settings.subversion, ...NETWORK }),
    },
  };
}

const NETWORK = {
  protocolversion: 70_016,
  localservices: '0000000000000000',
  localrelay: false,
  timeoffset: 0,
  networkactive: false,
  connections: 0,
  relayfee: 0.000001,
  incrementalfee: 0.000001,
  warnings: [],
};

/** The block of a hash that a parameter is. @throws RpcError */
export function knownBlock(view: ChainView, given: Parameters, index: number): KnownBlock {
  const found = view.known(given.hash(index, 'blockhash'));
  if (found === null) throw new RpcError(RPC_CODES.notFound, 'Block not found');
  return found;
}

function chainInfo({ view, settings }: ChainSource) {
  const { height, block } = view.best;
  const { bits, time } = block.header;
  const { chain, initialBlockDownload, pruneHeight, headers } = settings;
  const pruning = pruneHeight === null ? { pruned: false } : { pruned: true, pruneheight: pruneHeight };
  return {
    chain,
    blocks: height,
    headers: headers ?? height,
    bestblockhash: block.hash,
    ...bitsJson(bits),
    time,
    mediantime: medianTimeOf(view.best),
    verificationprogress: 1,
    initialblockdownload: initialBlockDownload,
    chainwork: chainWork(view, view.best),
    size_on_disk: block.bytes.length,
    ...pruning,
    warnings: [],
  };
}

function bitsJson(bits: number) {
  return {
    bits: bits.toString(16).padStart(8, '0'),
    target: (bitsToTarget(bits) ?? 0n).toString(16).padStart(64, '0'),
    difficulty: difficultyOf(bits),
  };
}

/** Core writes so many. */
const DIFFICULTY_DIGITS = 16;

/** How much harder than the easiest target of mainnet, as Core computes it. */
function difficultyOf(bits: number): number {
  let difficulty = 0xffff / (bits & 0xffffff);
  for (let size = bits >>> 24; size < 29; size += 1) difficulty *= 256;
  for (let size = bits >>> 24; size > 29; size -= 1) difficulty /= 256;
  return decodeCompact(bits).target === 0n ? 0 : Number(difficulty.toPrecision(DIFFICULTY_DIGITS));
}

function chainWork(view: ChainView, known: KnownBlock): string {
  const first = workFromBits(view.at(0)?.block.header.bits ?? 0);
  return (known.work + first).toString(16).padStart(64, '0');
}

/** A block off the best chain has −1 confirmations. */
function headerJson(view: ChainView, found: KnownBlock) {
  const { hash, header, layout } = found.block;
  const { version, merkleRoot, time, nonce, bits, previousHash } = header;
  const isOnBestChain = view.isOnBestChain(found);
  const next = isOnBestChain ? view.at(found.height + 1) : null;
  return {
    hash,
    confirmations: isOnBestChain ? view.best.height - found.height + 1 : -1,
    height: found.height,
    version,
    versionHex: version.toString(16).padStart(8, '0'),
    merkleroot: merkleRoot,
    time,
    mediantime: medianTimeOf(found),
    nonce,
    ...bitsJson(bits),
    chainwork: chainWork(view, found),
    nTx: layout.count,
    ...(found.height === 0 ? {} : { previousblockhash: previousHash }),
    ...(next === null ? {} : { nextblockhash: next.block.hash }),
  };
}

function blockJson(source: ChainSource, found: KnownBlock, verbosity: number): unknown {
  const { view, settings } = source;
  if (settings.pruneHeight !== null && found.height < settings.pruneHeight && found.height > 0) {
    throw new RpcError(RPC_CODES.misc, 'Block not available (pruned data)');
  }
  if (verbosity <= 0) return bytesToHex(found.bytes);
  const { transactions } = found.block;
  const strippedsize = transactions.reduce(
    (sum, { bytes, strippedLength }) => sum - bytes.length + strippedLength,
    found.bytes.length,
  );
  const sizes = {
    strippedsize,
    size: found.bytes.length,
    weight: strippedsize * (WITNESS_SCALE - 1) + found.bytes.length,
  };
  const tx = transactions.map((transaction, index) =>
    verbosity === 1 ? transaction.txid : spendingJson(transaction, source.spentIn(found, index), verbosity >= 3),
  );
  return { ...headerJson(view, found), ...sizes, tx };
}

function rawTransaction(source: ChainSource, given: Parameters): unknown {
  const { view } = source;
  const txid = given.hash(0, 'parameter 1');
  const found = given.has(2) ? inBlock(source, txid, given) : anywhere(source, txid);
  const hex = bytesToHex(found.transaction.bytes);
  if (given.level(1, 0) <= 0) return hex;
  const json = { ...transactionJson(found.transaction), hex };
  if (found.in === null) return json;
  const { block, height } = found.in;
  const isOnBestChain = view.isOnBestChain(found.in);
  const confirmations = isOnBestChain ? view.best.height - height + 1 : 0;
  const times = isOnBestChain ? { time: block.header.time, blocktime: block.header.time } : {};
  return {
    ...(given.has(2) ? { in_active_chain: isOnBestChain } : {}),
    ...json,
    blockhash: block.hash,
    confirmations,
    ...times,
  };
}

interface Found {
  readonly transaction: Transaction;
  readonly in: KnownBlock | null;
}

function inBlock({ view, settings }: ChainSource, txid: string, given: Parameters): Found {
  const holder = view.known(given.hash(2, 'parameter 3'));
  if (holder === null) throw new RpcError(RPC_CODES.notFound, 'Block hash not found');
  if (settings.pruneHeight !== null && holder.height < settings.pruneHeight)
    throw new RpcError(RPC_CODES.misc, 'Block not available (pruned data)');
  const transaction = holder.block.transactions.find((each) => each.txid === txid);
  if (transaction === undefined) throw notFound('No such transaction found in the provided block');
  return { transaction, in: holder };
}

function anywhere({ view, settings, waiting }: ChainSource, txid: string): Found {
  const transaction = waiting(txid);
  if (transaction !== undefined) return { transaction, in: null };
  const found = settings.hasIndex && !settings.isIndexBuilding ? view.transaction(txid) : null;
  if (found === null) throw notFound('No such mempool or blockchain transaction');
  return found;
}

function notFound(what: string): RpcError {
  return new RpcError(RPC_CODES.notFound, `${what}. Use gettransaction for wallet transactions.`);
}
