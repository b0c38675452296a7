import { expect, test } from '@jest/globals';
import {
  hexToBytes,
  NULL_TXID,
  parseTransaction,
  type Sats,
  serializeTransaction,
  type Transaction,
  TransactionMalformed,
  type TransactionOutput,
  transactionFields,
} from '@virtualchain/bitcoin';
import { assembled, coreVectors } from '../../../../test/kit/core-vectors.ts';
import { transactionProblem } from '../chain/check-transaction.ts';
import type { Strictness } from './spend.ts';
import { inputProblem } from './verify-input.ts';

/** The flags of Core that stand for what blocks may hold, and for what is relayed. */
const CONSENSUS = 'P2SH DERSIG CHECKLOCKTIMEVERIFY CHECKSEQUENCEVERIFY WITNESS NULLDUMMY TAPROOT'.split(' ');
const RELAYED =
  'STRICTENC MINIMALDATA DISCOURAGE_UPGRADABLE_NOPS CLEANSTACK MINIMALIF NULLFAIL LOW_S DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM WITNESS_PUBKEYTYPE CONST_SCRIPTCODE';
const FLAGS: Readonly<Record<Strictness, readonly string[]>> = {
  consensus: CONSENSUS,
  standard: [...CONSENSUS, ...RELAYED.split(' ')],
};
const STRICTNESSES = ['consensus', 'standard'] as const;

const flagsOf = (text: unknown): readonly string[] => String(text).split(',').filter(Boolean);
const contains = (all: readonly string[], some: readonly string[]) => some.every((each) => all.includes(each));

/** A transaction that spends an output of this script, alone in a transaction of its own, as Core's tests make it. */
function spending(script: Uint8Array, signatureScript: Uint8Array, witness: readonly Uint8Array[], value: bigint) {
  const input = { sequence: 0xffffffff, witness: [], index: 0xffffffff, txid: NULL_TXID, script: Uint8Array.of(0, 0) };
  const output = { value: value as Sats, script };
  const shared = { version: 1, locktime: 0 };
  const funding = parseTransaction(serializeTransaction({ ...shared, inputs: [input], outputs: [output] }));
  const spender = { ...input, txid: funding.txid, index: 0, script: signatureScript, witness };
  const outputs = [{ ...output, script: new Uint8Array(0) }];
  return {
    transaction: parseTransaction(serializeTransaction({ ...shared, inputs: [spender], outputs })),
    spent: [output],
  };
}

test('scripts that Core finds right and wrong are so here, under the rules that each is about', () => {
  const wrong: string[] = [];
  let judged = 0;
  for (const row of coreVectors('script_tests') as readonly (readonly unknown[])[]) {
    if (JSON.stringify(row).includes('#')) continue; // templates of taproot, which script_assets has
    const [witness, signatureScript, script, flags, outcome] = Array.isArray(row[0]) ? row : [[], ...row];
    const items = witness as readonly unknown[];
    const { transaction, spent } = spending(
      assembled(String(script)),
      assembled(String(signatureScript)),
      items.slice(0, -1).map((item) => hexToBytes(String(item))),
      BigInt(Math.round(Number(items.at(-1) ?? 0) * 1e8)),
    );
    for (const strictness of STRICTNESSES) {
      const isRight = outcome === 'OK';
      const [ours, theirs] = [FLAGS[strictness], flagsOf(flags)];
      if (!(isRight ? contains(theirs, ours) : contains(ours, theirs))) continue;
      judged += 1;
      const problem = inputProblem({ transaction, index: 0, spent, strictness });
      if ((problem === null) !== isRight) wrong.push(`${strictness}: ${JSON.stringify(row)}: ${problem}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(judged).toBeGreaterThan(600);
});

/** What is wrong with a transaction that spends these outputs. */
function problemOf(transaction: Transaction, spent: readonly TransactionOutput[], strictness: Strictness) {
  const problem = transactionProblem(transaction);
  if (problem !== null || transaction.isCoinbase) return problem;
  const found = transaction.inputs.map((_input, index) => inputProblem({ transaction, index, spent, strictness }));
  return found.find((each) => each !== null) ?? null;
}

test.each([
  ['valid', 100],
  ['invalid', 100],
])('transactions that Core calls %s are so here', (name, least) => {
  const isValid = name === 'valid';
  const wrong: string[] = [];
  let judged = 0;
  for (const [outputs, hex, flags] of coreVectors(`tx_${name}`) as readonly (readonly unknown[])[]) {
    const transaction = parsed(String(hex));
    if (transaction === null) {
      if (isValid) wrong.push(`cannot be read: ${hex}`);
      continue;
    }
    const funding = new Map(
      (outputs as readonly [string, number, string, number?][]).map(([txid, index, script, value = 0]) => [
        `${txid}:${index >>> 0}`,
        { value: BigInt(value) as Sats, script: assembled(script) },
      ]),
    );
    const spent = transaction.inputs.map(({ txid, index }) => funding.get(`${txid}:${index}`) as TransactionOutput);
    for (const strictness of STRICTNESSES) {
      // Of a valid one the flags are named under which it is not.
      const [ours, theirs] = [FLAGS[strictness], flagsOf(flags)];
      const isAbout = isValid
        ? !theirs.some((flag) => ours.includes(flag))
        : contains(
            ours,
            theirs.filter((flag) => flag !== 'NONE'),
          );
      if (!isAbout) continue;
      judged += 1;
      const problem = problemOf(transaction, spent, strictness);
      if ((problem === null) !== isValid) wrong.push(`${strictness}: ${flags}: ${hex}: ${problem}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(judged).toBeGreaterThan(least);
});

function parsed(hex: string): Transaction | null {
  try {
    return parseTransaction(hexToBytes(hex));
  } catch (error) {
    if (error instanceof TransactionMalformed) return null;
    throw error;
  }
}

interface Asset {
  readonly tx: string;
  readonly prevouts: readonly string[];
  readonly index: number;
  readonly comment: string;
  readonly success?: Solution;
  readonly failure?: Solution;
}

interface Solution {
  readonly scriptSig: string;
  readonly witness: readonly string[];
}

test('spends of taproot, right and wrong, are judged as BIP341 and BIP342 have them', () => {
  const wrong: string[] = [];
  let judged = 0;
  for (const asset of coreVectors('script_assets') as readonly Asset[]) {
    const spent = asset.prevouts.map(outputOf);
    for (const [solution, isRight] of [[asset.success, true] as const, [asset.failure, false] as const]) {
      if (solution === undefined) continue;
      judged += 1;
      const transaction = solved(asset, solution);
      const problem = inputProblem({ transaction, index: asset.index, spent, strictness: 'consensus' });
      if ((problem === null) !== isRight) wrong.push(`${asset.comment}, ${isRight}: ${problem}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(judged).toBeGreaterThan(1_000);
}, 120_000);

function solved({ tx, index }: Asset, { scriptSig, witness }: Solution): Transaction {
  const unsolved = transactionFields(parseTransaction(hexToBytes(tx)));
  const inputs = unsolved.inputs.map((input, at) =>
    at === index ? { ...input, script: hexToBytes(scriptSig), witness: witness.map(hexToBytes) } : input,
  );
  return parseTransaction(serializeTransaction({ ...unsolved, inputs }));
}

/** The bytes of an output: its value, the length of its script, and the script. */
function outputOf(hex: string): TransactionOutput {
  const bytes = hexToBytes(hex);
  const lengthBytes = (bytes[8] as number) < 0xfd ? 1 : 3;
  const value = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return { value: value as Sats, script: bytes.subarray(8 + lengthBytes) };
}
