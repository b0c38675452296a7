import { concatBytes, joinBytes, lengthPrefixed, uint32Bytes, uint64Bytes } from '../encoding/bytes.ts';
import { doubleSha256 } from '../encoding/hashing.ts';
import { OP_CODESEPARATOR } from '../script/opcodes.ts';
import { scriptTokenAt } from '../script/script.ts';
import { type TransactionFields, type TransactionInput, transactionFields } from './transaction.ts';
import { outpointBytes, outputBytes, serializeStripped } from './transaction-bytes.ts';

/** What a signature covers. The low five bits choose among ALL, NONE and SINGLE; every other value counts as ALL. */
export const SIGHASH = { ALL: 1, NONE: 2, SINGLE: 3, ANYONECANPAY: 0x80 } as const;

const outputsOf = (hashType: number): number => hashType & 0x1f;
const isAlone = (hashType: number): boolean => (hashType & SIGHASH.ANYONECANPAY) !== 0;

const NOTHING = new Uint8Array(0);

/**
 * The digest that a legacy input signs, by the rules of consensus, for every combination of flags. The original ignored
 * ANYONECANPAY beside NONE or SINGLE, zeroed the sequence of the signed input, and kept the wrong outputs (spec §11
 * row 14). `scriptCode` is the script that is run: the output's, or the redeem script.
 */
export function legacySighash(
  transaction: TransactionFields,
  index: number,
  scriptCode: Uint8Array,
  hashType: number,
): Uint8Array {
  const signed = inputAt(transaction, index);
  if (outputsOf(hashType) === SIGHASH.SINGLE && index >= transaction.outputs.length) return ONE.slice();
  const script = withoutCodeSeparators(scriptCode);
  const inputs = isAlone(hashType)
    ? [{ ...signed, script }]
    : transaction.inputs.map((input, at) => blankedInput(input, at === index, script, hashType));
  const outputs = signedOutputs(transaction, index, hashType);
  const bytes = serializeStripped({ ...transactionFields(transaction), inputs, outputs });
  return doubleSha256(concatBytes(bytes, uint32Bytes(hashType >>> 0)));
}

/** The number 1: what consensus signs, by mistake, when SINGLE has no output of the input's index. */
const ONE = Uint8Array.of(1, ...new Uint8Array(31));

function inputAt({ inputs }: TransactionFields, index: number): TransactionInput {
  const input = inputs[index];
  if (input === undefined) throw new RangeError(`no input ${index} of ${inputs.length}`);
  return input;
}

function blankedInput(
  input: TransactionInput,
  isSigned: boolean,
  script: Uint8Array,
  hashType: number,
): TransactionInput {
  if (isSigned) return { ...input, script };
  const isSequenceFree = outputsOf(hashType) === SIGHASH.NONE || outputsOf(hashType) === SIGHASH.SINGLE;
  return { ...input, script: NOTHING, sequence: isSequenceFree ? 0 : input.sequence };
}

function signedOutputs({ outputs }: TransactionFields, index: number, hashType: number): TransactionFields['outputs'] {
  switch (outputsOf(hashType)) {
    case SIGHASH.NONE:
      return [];
    case SIGHASH.SINGLE:
      return outputs.slice(0, index + 1).map((output, at) => (at === index ? output : BLANK_OUTPUT));
    default:
      return outputs;
  }
}

/** Value −1 as 64 bits, and no script. */
const BLANK_OUTPUT = { value: 0xffffffffffffffffn as TransactionFields['outputs'][number]['value'], script: NOTHING };

/** Consensus leaves OP_CODESEPARATOR out of what a legacy input signs. After a push cut short nothing is looked at. */
function withoutCodeSeparators(script: Uint8Array): Uint8Array {
  if (!script.includes(OP_CODESEPARATOR)) return script;
  const kept: Uint8Array[] = [];
  let position = 0;
  while (position < script.length) {
    const { next } = scriptTokenAt(script, position);
    if (next > script.length) break;
    if (script[position] !== OP_CODESEPARATOR) kept.push(script.subarray(position, next));
    position = next;
  }
  return concatBytes(...kept, script.subarray(position));
}

/** What a segwit version 0 input signs besides its transaction. */
export interface SegwitSpent {
  readonly scriptCode: Uint8Array;
  /** Satoshis that the spent output holds. */
  readonly amount: bigint;
}

/** The digest that a segwit version 0 input signs (BIP143). */
export function segwitSighash(
  transaction: TransactionFields,
  index: number,
  { scriptCode, amount }: SegwitSpent,
  hashType: number,
): Uint8Array {
  const { inputs, outputs } = transaction;
  const signed = inputAt(transaction, index);
  const kind = outputsOf(hashType);
  const coversOutputs = kind !== SIGHASH.NONE && kind !== SIGHASH.SINGLE;
  const single = kind === SIGHASH.SINGLE ? outputs[index] : undefined;
  return doubleSha256(
    concatBytes(
      uint32Bytes(transaction.version),
      isAlone(hashType) ? ZERO : doubleSha256(joinBytes(inputs.map(outpointBytes))),
      isAlone(hashType) || !coversOutputs
        ? ZERO
        : doubleSha256(joinBytes(inputs.map(({ sequence }) => uint32Bytes(sequence)))),
      outpointBytes(signed),
      lengthPrefixed(scriptCode),
      uint64Bytes(amount),
      uint32Bytes(signed.sequence),
      coversOutputs || single !== undefined
        ? doubleSha256(joinBytes((single === undefined ? outputs : [single]).map(outputBytes)))
        : ZERO,
      uint32Bytes(transaction.locktime),
      uint32Bytes(hashType >>> 0),
    ),
  );
}

const ZERO = new Uint8Array(32);
