import { classifyScript, type Transaction, type TransactionOutput, witnessProgram } from '@virtualchain/bitcoin';
import { MULTISIG_KEYS_MAX, WITNESS_SCALE } from '../limits.ts';
import { instructionsOf, isPushOnly } from './script-code.ts';

const OP_1 = 0x51;
const OP_16 = 0x60;
const CHECKSIG: ReadonlySet<number> = new Set([0xac, 0xad]);
const CHECKMULTISIG: ReadonlySet<number> = new Set([0xae, 0xaf]);

/** Signature checks in a script. `isExact` counts a multisig by the number before it, and otherwise as 20. */
export function scriptSigops(script: Uint8Array, isExact: boolean): number {
  let count = 0;
  let before = 0xff;
  for (const instruction of instructionsOf(script)) {
    if (instruction === null) break;
    const { opcode } = instruction;
    if (CHECKSIG.has(opcode)) count += 1;
    else if (CHECKMULTISIG.has(opcode)) {
      count += isExact && before >= OP_1 && before <= OP_16 ? before - OP_1 + 1 : MULTISIG_KEYS_MAX;
    }
    before = opcode;
  }
  return count;
}

/** Those that stand in the scripts of the transaction itself. */
export function legacySigops({ inputs, outputs }: Transaction): number {
  return [...inputs, ...outputs].reduce((sum, { script }) => sum + scriptSigops(script, false), 0);
}

/** Those of the redeem script of an input that spends P2SH. */
export function p2shSigops(signatureScript: Uint8Array, spentScript: Uint8Array): number {
  if (classifyScript(spentScript) !== 'p2sh' || !isPushOnly(signatureScript)) return 0;
  return scriptSigops(lastPush(signatureScript), true);
}

function lastPush(script: Uint8Array): Uint8Array {
  return [...instructionsOf(script)].at(-1)?.data ?? new Uint8Array(0);
}

/** What the transaction takes of the block's allowance (BIP141): four for each check outside of witnesses. */
export function sigopsCost(transaction: Transaction, spent: readonly TransactionOutput[]): number {
  let cost = legacySigops(transaction) * WITNESS_SCALE;
  if (transaction.isCoinbase) return cost;
  transaction.inputs.forEach(({ script, witness }, index) => {
    const spentScript = spent[index]?.script ?? new Uint8Array(0);
    cost += p2shSigops(script, spentScript) * WITNESS_SCALE + witnessSigops(script, witness, spentScript);
  });
  return cost;
}

function witnessSigops(signatureScript: Uint8Array, witness: readonly Uint8Array[], spentScript: Uint8Array): number {
  const isP2sh = classifyScript(spentScript) === 'p2sh' && isPushOnly(signatureScript);
  const program = witnessProgram(isP2sh ? lastPush(signatureScript) : spentScript);
  if (program?.version !== 0) return 0;
  if (program.program.length === 20) return 1;
  return program.program.length === 32 && witness.length > 0 ? scriptSigops(witness.at(-1) as Uint8Array, true) : 0;
}
