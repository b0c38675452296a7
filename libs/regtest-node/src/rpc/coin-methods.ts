import { bytesToHex, hexToBytes, isHexBytes, parseAddress, scriptOfTarget } from '@virtualchain/bitcoin';
import type { Chain } from '../chain/chain.ts';
import type { Coin } from '../chain/coins.ts';
import type { Mempool } from '../mempool/mempool.ts';
import { amount } from './amount.ts';
import type { Methods } from './methods.ts';
import type { Parameters } from './parameters.ts';
import { RPC_CODES, RpcError } from './rpc-error.ts';
import { scriptJson } from './transaction-json.ts';

/** Calls about outputs that can be spent. */
export function coinMethods(chain: Chain, mempool: Mempool): Methods {
  return {
    gettxout: {
      takes: ['"txid"', 'n', '( include_mempool )'],
      answer: (given) => {
        const outpoint = `${given.hash(0, 'txid')}:${given.number(1)}`;
        const coin = given.flag(2, true) ? mempool.coin(outpoint) : chain.coins.get(outpoint);
        return coin === undefined ? null : unspentJson(chain, coin);
      },
    },
    scantxoutset: { takes: ['"action"', '( [scanobjects,...] )'], answer: (given) => scan(chain, given) },
    gettxoutsetinfo: {
      takes: ['( "hash_type" )'],
      answer: () => {
        const { best } = chain.tree;
        const coins = [...chain.coins.entries()];
        const total = coins.reduce((sum, [, { output }]) => sum + output.value, 0n);
        return { height: best.height, bestblock: best.block.hash, txouts: coins.length, total_amount: amount(total) };
      },
    },
    validateaddress: {
      takes: ['"address"'],
      answer: (given) => {
        const target = parseAddress(given.text(0), 'regtest');
        if (target === null) return { isvalid: false, error_locations: [], error: 'Invalid or unsupported address' };
        return { isvalid: true, address: given.text(0), scriptPubKey: bytesToHex(scriptOfTarget(target)) };
      },
    },
  };
}

function unspentJson({ tree }: Chain, { output, height, isCoinbase }: Coin) {
  return {
    bestblock: tree.best.block.hash,
    confirmations: Math.max(tree.best.height - height + 1, 0),
    value: amount(output.value),
    scriptPubKey: scriptJson(output.script),
    coinbase: isCoinbase,
  };
}

function scan({ tree, coins }: Chain, given: Parameters): unknown {
  const action = given.text(0);
  if (action === 'status') return null;
  if (action === 'abort') return false;
  if (action !== 'start') throw new RpcError(RPC_CODES.parameter, `Invalid action '${action}'`);
  const wanted = new Map(
    given.list(1).map((each) => {
      const descriptor = String(typeof each === 'string' ? each : (each as { readonly desc?: unknown } | null)?.desc);
      return [bytesToHex(describedScript(descriptor)), descriptor];
    }),
  );
  const { best } = tree;
  let total = 0n;
  const unspents = [...coins.entries()].flatMap(([outpoint, { output, height, isCoinbase }]) => {
    const scriptPubKey = bytesToHex(output.script);
    const desc = wanted.get(scriptPubKey);
    if (desc === undefined) return [];
    total += output.value;
    const [txid, index] = outpoint.split(':');
    return [
      {
        txid,
        vout: Number(index),
        scriptPubKey,
        desc,
        amount: amount(output.value),
        coinbase: isCoinbase,
        height,
        blockhash: tree.at(height)?.block.hash,
        confirmations: best.height - height + 1,
      },
    ];
  });
  return {
    success: true,
    txouts: coins.size,
    height: best.height,
    bestblock: best.block.hash,
    unspents,
    total_amount: amount(total),
  };
}

/** The script of an address, or of a descriptor `addr(…)` or `raw(…)`, with a checksum that is not looked at. @throws RpcError */
export function describedScript(text: string): Uint8Array {
  const [, kind, inner = ''] = /^(addr|raw)\(([^()]*)\)(?:#\w{8})?$/.exec(text) ?? [];
  if (kind === 'raw' && isHexBytes(inner)) return hexToBytes(inner);
  const target = parseAddress(kind === 'addr' ? inner : text, 'regtest');
  if (target !== null) return scriptOfTarget(target);
  throw new RpcError(
    RPC_CODES.notFound,
    `Error: Invalid address or descriptor '${text}': this node knows addresses of regtest, addr(…) and raw(…)`,
  );
}
