import {
  addressOfScript,
  bytesToHex,
  opcodeName,
  type Transaction,
  type TransactionInput,
  type TransactionOutput,
} from '@virtualchain/bitcoin';
import { weightOf } from '../chain/check-transaction.ts';
import type { Coin } from '../chain/coins.ts';
import { WITNESS_SCALE } from '../limits.ts';
import { outputType } from '../mempool/standard.ts';
import { instructionsOf } from '../script/script-code.ts';
import { readNumber } from '../script/script-number.ts';
import { amount } from './amount.ts';

/** A transaction as `decoderawtransaction` shows it. */
export function transactionJson(transaction: Transaction) {
  const { txid, wtxid, version, bytes, locktime, inputs, outputs, isCoinbase } = transaction;
  return {
    txid,
    hash: wtxid,
    version,
    size: bytes.length,
    vsize: Math.ceil(weightOf(transaction) / WITNESS_SCALE),
    weight: weightOf(transaction),
    locktime,
    vin: inputs.map((input) => inputJson(input, isCoinbase)),
    vout: outputs.map((output, n) => ({ value: amount(output.value), n, scriptPubKey: scriptJson(output.script) })),
  };
}

/** The same with the fee, and what each input spends where that is asked for: `getblock` 2 and 3. */
export function spendingJson(transaction: Transaction, spent: readonly (Coin | undefined)[], hasPrevouts: boolean) {
  const json = transactionJson(transaction);
  const hex = bytesToHex(transaction.bytes);
  if (transaction.isCoinbase || spent.length === 0 || spent.includes(undefined)) return { ...json, hex };
  const coins = spent as readonly Coin[];
  const paid = transaction.outputs.reduce((sum, { value }) => sum + value, 0n);
  const fee = amount(coins.reduce((sum, { output }) => sum + output.value, 0n) - paid);
  if (!hasPrevouts) return { ...json, fee, hex };
  const vin = json.vin.map((input, index) => ({ ...input, prevout: coinJson(coins[index] as Coin) }));
  return { ...json, vin, fee, hex };
}

function coinJson({ output, height, isCoinbase }: Coin) {
  return { generated: isCoinbase, height, value: amount(output.value), scriptPubKey: scriptJson(output.script) };
}

function inputJson({ txid, index, script, sequence, witness }: TransactionInput, isCoinbase: boolean) {
  const txinwitness = witness.length === 0 ? {} : { txinwitness: witness.map(bytesToHex) };
  if (isCoinbase) return { coinbase: bytesToHex(script), ...txinwitness, sequence };
  return {
    txid,
    vout: index,
    scriptSig: { asm: scriptAsm(script), hex: bytesToHex(script) },
    ...txinwitness,
    sequence,
  };
}

/** An output script as nodes show it; without its descriptor. */
export function scriptJson(script: TransactionOutput['script']) {
  const type = outputType(script);
  const hasAddress = !['pubkey', 'multisig', 'nulldata', 'nonstandard'].includes(type);
  const address = hasAddress ? addressOfScript(script, 'regtest') : null;
  return { asm: scriptAsm(script), hex: bytesToHex(script), ...(address === null ? {} : { address }), type };
}

const NUMBER_BYTES_SHOWN = 4;
const OP_1 = 0x51;
const OP_1NEGATE = 0x4f;
const OP_16 = 0x60;

/** Opcodes by name, pushes of up to four bytes as numbers, others as hex. */
function scriptAsm(script: Uint8Array): string {
  const words: string[] = [];
  for (const instruction of instructionsOf(script)) {
    if (instruction === null) return [...words, '[error]'].join(' ');
    const { opcode, data } = instruction;
    if (data !== null) {
      words.push(data.length <= NUMBER_BYTES_SHOWN ? String(readNumber(data, false)) : bytesToHex(data));
    } else if (opcode === OP_1NEGATE || (opcode >= OP_1 && opcode <= OP_16)) words.push(String(opcode - OP_1 + 1));
    else words.push(opcodeName(opcode));
  }
  return words.join(' ');
}
