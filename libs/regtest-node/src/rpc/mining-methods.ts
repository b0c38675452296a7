import {
  type Block,
  type BlockHash,
  BlockMalformed,
  bytesToHex,
  hexToBytes,
  isHexBytes,
  makeBlock,
  parseAddress,
  parseBlock,
  parseTransaction,
  scriptOfTarget,
  type Transaction,
  TransactionMalformed,
} from '@virtualchain/bitcoin';
import type { Chain } from '../chain/chain.ts';
import { weightOf } from '../chain/check-transaction.ts';
import { withCoinbaseWitness } from '../chain/coinbase-witness.ts';
import { medianTimeOf } from '../chain/median-time.ts';
import { BLOCK_SIGOPS_COST_MAX, BLOCK_WEIGHT_MAX, BLOCKS_PER_CALL_MAX, COINBASE_WEIGHT } from '../limits.ts';
import type { Entry } from '../mempool/entry.ts';
import type { Mempool } from '../mempool/mempool.ts';
import { knownBlock } from './chain-methods.ts';
import { describedScript } from './coin-methods.ts';
import type { Methods } from './methods.ts';
import type { Parameters } from './parameters.ts';
import { RPC_CODES, RpcError } from './rpc-error.ts';

/** What blocks are made of. */
export interface MiningGround {
  readonly chain: Chain;
  readonly mempool: Mempool;
  /** Unix seconds. */
  readonly now: () => number;
  /** Another text each time: no two blocks of a node are equal. */
  readonly nextTag: () => string;
}

/** Nobody has the key: the script of OP_RETURN alone. */
const NOBODY = Uint8Array.of(0x6a);

/** Calls that make blocks, take them, and call them invalid. */
export function miningMethods(ground: MiningGround): Methods {
  const { chain } = ground;
  return {
    generatetoaddress: {
      takes: ['nblocks', '"address"', '( maxtries )'],
      answer: (given) => mineMany(ground, given.number(0), addressScript(given.text(1))),
    },
    generatetodescriptor: {
      takes: ['num_blocks', '"descriptor"', '( maxtries )'],
      answer: (given) => mineMany(ground, given.number(0), describedScript(given.text(1))),
    },
    generate: { takes: ['nblocks'], answer: (given) => mineMany(ground, given.number(0), NOBODY) },
    generateblock: {
      takes: ['"output"', '["rawtx/txid",...]', '( submit )'],
      answer: (given) => mineChosen(ground, given),
    },
    submitblock: { takes: ['"hexdata"', '( "dummy" )'], answer: (given) => submitBlock(chain, given) },
    invalidateblock: {
      takes: ['"blockhash"'],
      answer: (given) => {
        const found = knownBlock(chain.tree, given, 0);
        if (found.height === 0) throw new RpcError(RPC_CODES.verify, 'The genesis block cannot be invalidated');
        chain.invalidate(found.block.hash);
      },
    },
    reconsiderblock: {
      takes: ['"blockhash"'],
      answer: (given) => chain.reconsider(knownBlock(chain.tree, given, 0).block.hash),
    },
  };
}

function submitBlock(chain: Chain, given: Parameters): string | null {
  const refuse = () => new RpcError(RPC_CODES.deserialization, 'Block decode failed');
  const bytes = given.bytes(0, refuse);
  try {
    const submitted = chain.submit(withCoinbaseWitness(bytes));
    if (submitted.kind === 'refused') return submitted.reason;
    if (submitted.kind === 'connected') return null;
    return submitted.kind === 'duplicate' ? 'duplicate' : 'inconclusive';
  } catch (error) {
    if (error instanceof BlockMalformed || error instanceof TransactionMalformed) throw refuse();
    throw error;
  }
}

function addressScript(address: string): Uint8Array {
  const target = parseAddress(address, 'regtest');
  if (target === null) throw new RpcError(RPC_CODES.notFound, 'Error: Invalid address');
  return scriptOfTarget(target);
}

function mineMany(ground: MiningGround, count: number, payTo: Uint8Array): readonly BlockHash[] {
  if (count < 0 || count > BLOCKS_PER_CALL_MAX)
    throw new RpcError(RPC_CODES.parameter, `0 to ${BLOCKS_PER_CALL_MAX} blocks can be made at once`);
  return Array.from({ length: count }, () => {
    const chosen = chooseEntries(ground.mempool);
    const fees = chosen.reduce((sum, { fee }) => sum + fee, 0n);
    const made = make(ground, { payTo, fees, transactions: chosen.map(({ transaction }) => transaction) });
    return submitOwn(ground.chain, made);
  });
}

/** In the order in which they came, what depends on what is left out being left out, too. */
function chooseEntries({ entries }: Mempool): readonly Entry[] {
  const chosen = new Set<Entry>();
  let weightLeft = BLOCK_WEIGHT_MAX - COINBASE_WEIGHT;
  let sigopsLeft = BLOCK_SIGOPS_COST_MAX - COINBASE_WEIGHT / 10;
  for (const entry of entries.all()) {
    const weight = weightOf(entry.transaction);
    const isWhole = entries.parentsOf(entry.transaction).every((parent) => chosen.has(parent));
    if (!isWhole || weight > weightLeft || entry.sigops > sigopsLeft) continue;
    chosen.add(entry);
    weightLeft -= weight;
    sigopsLeft -= entry.sigops;
  }
  return [...chosen];
}

interface Content {
  readonly payTo: Uint8Array;
  readonly fees: bigint;
  readonly transactions: readonly Transaction[];
}

/** A block on the tip, later than what is below it. */
function make({ chain, now, nextTag }: MiningGround, content: Content): Block {
  const parent = chain.tree.best;
  const { bytes } = makeBlock({
    ...content,
    height: parent.height + 1,
    previousHash: parent.block.hash,
    time: Math.max(medianTimeOf(parent) + 1, now()),
    tag: nextTag(),
  });
  return parseBlock(bytes);
}

function submitOwn(chain: Chain, { bytes, hash }: Block): BlockHash {
  const submitted = chain.submit(bytes);
  if (submitted.kind !== 'connected')
    throw new RpcError(RPC_CODES.misc, `ProcessNewBlock, block not accepted: ${JSON.stringify(submitted)}`);
  return hash;
}

/** A block of exactly these transactions, which leaves their fees to nobody. */
function mineChosen(ground: MiningGround, given: Parameters): unknown {
  const payTo = describedScript(given.text(0));
  const transactions = given.list(1).map((each) => chosenTransaction(ground.mempool, String(each)));
  const block = make(ground, { payTo, fees: 0n, transactions });
  const problem = ground.chain.problemOf(block.bytes);
  if (problem !== null) throw new RpcError(RPC_CODES.verify, `TestBlockValidity failed: ${problem}`);
  if (!given.flag(2, true)) return { hash: block.hash, hex: bytesToHex(block.bytes) };
  return { hash: submitOwn(ground.chain, block) };
}

function chosenTransaction({ entries }: Mempool, text: string): Transaction {
  if (/^[0-9a-f]{64}$/.test(text)) {
    const entry = entries.get(text);
    if (entry === undefined) throw new RpcError(RPC_CODES.notFound, `Transaction ${text} not in mempool.`);
    return entry.transaction;
  }
  try {
    if (isHexBytes(text)) return parseTransaction(hexToBytes(text));
  } catch (error) {
    if (!(error instanceof TransactionMalformed)) throw error;
  }
  throw new RpcError(
    RPC_CODES.deserialization,
    `Transaction decode failed for ${text}. Make sure the tx has at least one input.`,
  );
}
