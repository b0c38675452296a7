import {
  classifyScript,
  compactSizeBytes,
  parseMultisig,
  type Transaction,
  type TransactionOutput,
  witnessProgram,
} from '@virtualchain/bitcoin';
import { weightOf } from '../chain/check-transaction.ts';
import { isUnspendable } from '../chain/coins.ts';
import {
  DATA_CARRIER_BYTES_MAX,
  DUST_FEE_RATE,
  DUST_OUTPUTS_MAX,
  SIGNATURE_SCRIPT_BYTES_MAX,
  STANDARD_MULTISIG_KEYS_MAX,
  STANDARD_STRIPPED_BYTES_MIN,
  STANDARD_VERSION_MAX,
  STANDARD_WEIGHT_MAX,
} from '../limits.ts';
import { isPushOnly } from '../script/script-code.ts';

/** The forms of output scripts, as `decoderawtransaction` calls them. */
export type OutputType =
  | 'pubkey'
  | 'pubkeyhash'
  | 'scripthash'
  | 'multisig'
  | 'nulldata'
  | 'witness_v0_keyhash'
  | 'witness_v0_scripthash'
  | 'witness_v1_taproot'
  | 'anchor'
  | 'witness_unknown'
  | 'nonstandard';

export function outputType(script: Uint8Array): OutputType {
  const program = witnessProgram(script);
  if (program !== null) return programType(program);
  switch (classifyScript(script)) {
    case 'p2pkh':
      return 'pubkeyhash';
    case 'p2sh':
      return 'scripthash';
    case 'nulldata':
      return isPushOnly(script.subarray(1)) ? 'nulldata' : 'nonstandard';
    case 'p2pk':
      return isKey(script.subarray(1, -1)) && script[0] === script.length - 2 ? 'pubkey' : 'nonstandard';
    case 'multisig':
      return parseMultisig(script)?.publicKeys.every(isKey) === true ? 'multisig' : 'nonstandard';
    default:
      return 'nonstandard';
  }
}

function programType({ version, program }: { readonly version: number; readonly program: Uint8Array }): OutputType {
  if (version === 0) {
    if (program.length === 20) return 'witness_v0_keyhash';
    return program.length === 32 ? 'witness_v0_scripthash' : 'nonstandard';
  }
  if (version === 1 && program.length === 32) return 'witness_v1_taproot';
  if (version === 1 && program.length === 2 && program[0] === 0x4e && program[1] === 0x73) return 'anchor';
  return 'witness_unknown';
}

/** By its length and first byte. */
function isKey(key: Uint8Array): boolean {
  const [kind] = key;
  if (kind === 2 || kind === 3) return key.length === 33;
  return (kind === 4 || kind === 6 || kind === 7) && key.length === 65;
}

/** Why a transaction is not relayed, whatever it spends, by the name that Core has for it; null when it may be. */
export function standardProblem(transaction: Transaction): string | null {
  const { version, inputs, outputs, strippedLength } = transaction;
  if (version > STANDARD_VERSION_MAX || version < 1) return 'version';
  if (weightOf(transaction) > STANDARD_WEIGHT_MAX) return 'tx-size';
  for (const { script } of inputs) {
    if (script.length > SIGNATURE_SCRIPT_BYTES_MAX) return 'scriptsig-size';
    if (!isPushOnly(script)) return 'scriptsig-not-pushonly';
  }
  let dataBytes = 0;
  for (const { script } of outputs) {
    const type = outputType(script);
    const isWide = type === 'multisig' && (parseMultisig(script)?.publicKeys.length ?? 0) > STANDARD_MULTISIG_KEYS_MAX;
    if (type === 'nonstandard' || isWide) return 'scriptpubkey';
    if (type !== 'nulldata') continue;
    dataBytes += script.length;
    if (dataBytes > DATA_CARRIER_BYTES_MAX) return 'datacarrier';
  }
  if (outputs.filter(isDust).length > DUST_OUTPUTS_MAX) return 'dust';
  return strippedLength < STANDARD_STRIPPED_BYTES_MIN ? 'tx-size-small' : null;
}

/** Bytes of the input that would spend it: of a witness program, and of what has no witness. */
const WITNESS_INPUT_BYTES = 67;
const INPUT_BYTES = 148;

/** Whether an output holds less than spending it costs at three satoshis a byte. */
export function isDust({ value, script }: TransactionOutput): boolean {
  if (isUnspendable(script)) return false;
  const ownBytes = 8 + compactSizeBytes(script.length).length + script.length;
  const bytes = ownBytes + (witnessProgram(script) === null ? INPUT_BYTES : WITNESS_INPUT_BYTES);
  return value < feeFor(DUST_FEE_RATE, bytes);
}

/** Satoshis for so many virtual bytes at a rate per thousand, rounded up. */
export function feeFor(rate: bigint, virtualBytes: number): bigint {
  return (rate * BigInt(virtualBytes) + 999n) / 1_000n;
}
