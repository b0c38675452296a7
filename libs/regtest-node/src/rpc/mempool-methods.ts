import { parseTransaction, type Transaction, TransactionMalformed } from '@virtualchain/bitcoin';
import type { Chain } from '../chain/chain.ts';
import { weightOf } from '../chain/check-transaction.ts';
import { isUnspendable, outpointOf } from '../chain/coins.ts';
import { DATA_CARRIER_BYTES_MAX, FEE_RATE_DEFAULT_MAX, INCREMENT_FEE_RATE, RELAY_FEE_RATE_MIN } from '../limits.ts';
import type { Verdict } from '../mempool/accept.ts';
import type { Entry } from '../mempool/entry.ts';
import type { Mempool } from '../mempool/mempool.ts';
import { feeFor } from '../mempool/standard.ts';
import { amount } from './amount.ts';
import type { Methods } from './methods.ts';
import { Parameters } from './parameters.ts';
import { RPC_CODES, RpcError } from './rpc-error.ts';
import { transactionJson } from './transaction-json.ts';

/** Calls about transactions that are not mined yet. */
export function mempoolMethods(mempool: Mempool, chain: Chain): Methods {
  return {
    ...sendingMethods(mempool, chain),
    getrawmempool: {
      takes: ['( verbose )', '( mempool_sequence )'],
      answer: (given) => {
        const entries = mempool.entries.all();
        const txids = entries.map(({ transaction }) => transaction.txid);
        if (given.flag(0, false))
          return Object.fromEntries(entries.map((each) => [each.transaction.txid, entryJson(mempool, each)]));
        return given.flag(1, false) ? { txids, mempool_sequence: mempool.sequence } : txids;
      },
    },
    getmempoolentry: { takes: ['"txid"'], answer: (given) => entryJson(mempool, entryOf(mempool, given)) },
    getmempoolancestors: {
      takes: ['"txid"'],
      answer: (given) => txidsOf(mempool.entries.ancestorsOf(entryOf(mempool, given).transaction)),
    },
    getmempooldescendants: {
      takes: ['"txid"'],
      answer: (given) => {
        const entry = entryOf(mempool, given);
        return txidsOf(mempool.entries.withDescendants([entry])).filter((txid) => txid !== entry.transaction.txid);
      },
    },
    getmempoolinfo: { takes: [], answer: () => mempoolInfo(mempool) },
    gettxspendingprevout: {
      takes: ['[outputs]'],
      answer: (given) =>
        given.list(0).map((each) => {
          const { txid, vout } = (each ?? {}) as { readonly txid?: unknown; readonly vout?: unknown };
          const named = new Parameters([txid, vout], 'gettxspendingprevout [outputs]');
          const spender = mempool.entries.spenderOf(`${named.hash(0, 'txid')}:${named.number(1)}`);
          return { txid, vout, ...(spender === undefined ? {} : { spendingtxid: spender.transaction.txid }) };
        }),
    },
    estimatesmartfee: {
      takes: ['conf_target', '( "estimate_mode" )'],
      answer: (given) => ({ errors: ['Insufficient data or no feerate found'], blocks: given.number(0) }),
    },
    decoderawtransaction: {
      takes: ['"hexstring"', '( iswitness )'],
      answer: (given) => transactionJson(transactionOf(given, 0)),
    },
  };
}

function sendingMethods(mempool: Mempool, chain: Chain): Methods {
  return {
    sendrawtransaction: {
      takes: ['"hexstring"', '( maxfeerate )', '( maxburnamount )'],
      answer: (given) => send(mempool, chain, given),
    },
    testmempoolaccept: {
      takes: ['["rawtx",...]', '( maxfeerate )'],
      answer: (given) => {
        const maxRate = feeRateMax(given, 1);
        return given.list(0).map((hex) => {
          const transaction = transactionOf(new Parameters([hex], ''), 0);
          return verdictJson(transaction, mempool.judge(transaction), maxRate);
        });
      },
    },
  };
}

/** @throws RpcError */
export function transactionOf(given: Parameters, index: number): Transaction {
  const refuse = () =>
    new RpcError(RPC_CODES.deserialization, 'TX decode failed. Make sure the tx has at least one input.');
  const bytes = given.bytes(index, refuse);
  try {
    return parseTransaction(bytes);
  } catch (error) {
    if (error instanceof TransactionMalformed) throw refuse();
    throw error;
  }
}

/** Satoshis per 1,000 virtual bytes; null for no bound. Given in bitcoins, as a number or as text. */
function feeRateMax(given: Parameters, index: number): bigint | null {
  if (!given.has(index)) return FEE_RATE_DEFAULT_MAX;
  const rate = BigInt(Math.round(Number(given.value(index)) * 1e8));
  return rate === 0n ? null : rate;
}

function isAbove(rate: bigint | null, { fee, virtualBytes }: Entry): boolean {
  return rate !== null && fee > feeFor(rate, virtualBytes);
}

function send(mempool: Mempool, chain: Chain, given: Parameters): string {
  const transaction = transactionOf(given, 0);
  const burnMax = BigInt(Math.round(Number(given.value(2) ?? 0) * 1e8));
  if (transaction.outputs.some(({ script, value }) => isUnspendable(script) && value > burnMax))
    throw new RpcError(RPC_CODES.verify, 'Unspendable output exceeds maximum configured by user (maxburnamount)');
  const { txid, outputs } = transaction;
  if (outputs.some((_output, index) => chain.coins.get(outpointOf({ txid, index })) !== undefined))
    throw new RpcError(RPC_CODES.alreadyInChain, 'Transaction outputs already in utxo set');
  if (mempool.entries.get(txid) !== undefined) return txid;
  const judged = mempool.judge(transaction);
  if (judged.kind === 'accepted' && isAbove(feeRateMax(given, 1), judged.entry))
    throw new RpcError(RPC_CODES.verify, 'Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)');
  const verdict = mempool.take(transaction);
  if (verdict.kind === 'accepted') return txid;
  const isMissing = verdict.reason === MISSING;
  throw new RpcError(isMissing ? RPC_CODES.verify : RPC_CODES.rejected, words(verdict));
}

const MISSING = 'bad-txns-inputs-missingorspent';

function words({ reason, detail }: Verdict & { readonly kind: 'refused' }): string {
  return detail === undefined ? reason : `${reason}, ${detail}`;
}

function verdictJson(transaction: Transaction, verdict: Verdict, maxRate: bigint | null) {
  const { txid, wtxid } = transaction;
  const refused = (reason: string, detail = reason) => {
    return { txid, wtxid, allowed: false, 'reject-reason': reason, 'reject-details': detail };
  };
  if (verdict.kind === 'refused')
    return refused(verdict.reason === MISSING ? 'missing-inputs' : verdict.reason, words(verdict));
  const { fee, virtualBytes } = verdict.entry;
  if (isAbove(maxRate, verdict.entry)) return refused('max-fee-exceeded');
  const rate = amount((fee * 1_000n) / BigInt(virtualBytes));
  const fees = { base: amount(fee), 'effective-feerate': rate, 'effective-includes': [wtxid] };
  return { txid, wtxid, allowed: true, vsize: virtualBytes, fees };
}

function entryOf({ entries }: Mempool, given: Parameters): Entry {
  const entry = entries.get(given.hash(0, 'parameter 1'));
  if (entry === undefined) throw new RpcError(RPC_CODES.notFound, 'Transaction not in mempool');
  return entry;
}

function entryJson({ entries }: Mempool, entry: Entry) {
  const { transaction, fee, virtualBytes, time, height } = entry;
  const ancestors = [entry, ...entries.ancestorsOf(transaction)];
  const descendants = [...entries.withDescendants([entry])];
  const bytesOf = (family: readonly Entry[]) => family.reduce((sum, each) => sum + each.virtualBytes, 0);
  const feesOf = (family: readonly Entry[]) => amount(family.reduce((sum, each) => sum + each.fee, 0n));
  return {
    vsize: virtualBytes,
    weight: weightOf(transaction),
    time,
    height,
    descendantcount: descendants.length,
    descendantsize: bytesOf(descendants),
    ancestorcount: ancestors.length,
    ancestorsize: bytesOf(ancestors),
    wtxid: transaction.wtxid,
    fees: { base: amount(fee), modified: amount(fee), ancestor: feesOf(ancestors), descendant: feesOf(descendants) },
    depends: txidsOf(entries.parentsOf(transaction)),
    spentby: txidsOf(entries.childrenOf(entry)),
    'bip125-replaceable': ancestors.some((each) =>
      each.transaction.inputs.some(({ sequence }) => sequence < 0xfffffffe),
    ),
    unbroadcast: false,
  };
}

function txidsOf(entries: Iterable<Entry>): readonly string[] {
  return [...entries].map(({ transaction }) => transaction.txid);
}

function mempoolInfo({ entries }: Mempool) {
  const all = entries.all();
  return {
    loaded: true,
    size: all.length,
    bytes: all.reduce((sum, each) => sum + each.virtualBytes, 0),
    usage: all.reduce((sum, { transaction }) => sum + transaction.bytes.length, 0),
    total_fee: amount(all.reduce((sum, each) => sum + each.fee, 0n)),
    mempoolminfee: amount(RELAY_FEE_RATE_MIN),
    minrelaytxfee: amount(RELAY_FEE_RATE_MIN),
    incrementalrelayfee: amount(INCREMENT_FEE_RATE),
    unbroadcastcount: 0,
    fullrbf: true,
    permitbaremultisig: true,
    maxdatacarriersize: DATA_CARRIER_BYTES_MAX,
  };
}
