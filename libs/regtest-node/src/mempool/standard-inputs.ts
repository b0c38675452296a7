import { type Transaction, type TransactionInput, type TransactionOutput, witnessProgram } from '@virtualchain/bitcoin';
import { P2SH_SIGOPS_MAX, WITNESS_ITEM_BYTES_MAX, WITNESS_ITEMS_MAX, WITNESS_SCRIPT_BYTES_MAX } from '../limits.ts';
import { instructionsOf } from '../script/script-code.ts';
import { p2shSigops } from '../script/sigops.ts';
import { outputType } from './standard.ts';

/** Why a transaction is not relayed for what it spends, by the name that Core has for it; null when it may be. */
export function standardInputsProblem({ inputs }: Transaction, spent: readonly TransactionOutput[]): string | null {
  for (const [index, input] of inputs.entries()) {
    const output = spent[index] as TransactionOutput;
    const type = outputType(output.script);
    if (type === 'nonstandard' || type === 'witness_unknown') return 'bad-txns-nonstandard-inputs';
    if (type === 'scripthash' && p2shSigops(input.script, output.script) > P2SH_SIGOPS_MAX)
      return 'bad-txns-nonstandard-inputs';
  }
  const areStandard = inputs.every((input, index) => isWitnessStandard(input, spent[index] as TransactionOutput));
  return areStandard ? null : 'bad-witness-nonstandard';
}

const ANNEX_TAG = 0x50;
const LEAF_MASK = 0xfe;
const TAPSCRIPT_LEAF = 0xc0;

function isWitnessStandard({ script, witness }: TransactionInput, { script: spentScript }: TransactionOutput): boolean {
  if (witness.length === 0) return true;
  const type = outputType(spentScript);
  const isP2sh = type === 'scripthash';
  const redeemScript = isP2sh ? [...instructionsOf(script)].at(-1)?.data : null;
  const program = witnessProgram(redeemScript ?? spentScript);
  if (program === null || type === 'anchor') return false;
  if (program.version === 0 && program.program.length === 32) {
    const [witnessScript, ...items] = witness.toReversed();
    return (
      (witnessScript as Uint8Array).length <= WITNESS_SCRIPT_BYTES_MAX &&
      items.length <= WITNESS_ITEMS_MAX &&
      areShort(items)
    );
  }
  return type === 'witness_v1_taproot' ? isTaprootStandard(witness) : true;
}

function isTaprootStandard(witness: readonly Uint8Array[]): boolean {
  if (witness.length === 1) return true;
  const control = witness.at(-1) as Uint8Array;
  if (control[0] === ANNEX_TAG || control.length === 0) return false;
  const isTapscript = ((control[0] as number) & LEAF_MASK) === TAPSCRIPT_LEAF;
  return !isTapscript || areShort(witness.slice(0, -2));
}

function areShort(items: readonly Uint8Array[]): boolean {
  return items.every(({ length }) => length <= WITNESS_ITEM_BYTES_MAX);
}
