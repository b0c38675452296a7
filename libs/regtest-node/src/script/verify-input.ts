import {
  bytesEqual,
  classifyScript,
  pushBytes,
  type TransactionInput,
  type TransactionOutput,
  witnessProgram,
} from '@virtualchain/bitcoin';
import { runScript } from './run-script.ts';
import { isPushOnly } from './script-code.ts';
import { must, ScriptFailed } from './script-failed.ts';
import { isTrue } from './script-number.ts';
import type { Spend } from './spend.ts';
import { newRun, verifyWitness } from './verify-witness.ts';

/** Why an input may not spend its output, in Bitcoin Core's words; null where it may. */
export function inputProblem(spend: Spend): string | null {
  try {
    verifyInput(spend);
    return null;
  } catch (error) {
    if (error instanceof ScriptFailed) return error.message;
    throw error;
  }
}

function verifyInput(spend: Spend): void {
  const { script: signatureScript, witness } = spend.transaction.inputs[spend.index] as TransactionInput;
  const { script: outputScript } = spend.spent[spend.index] as TransactionOutput;
  let stack: Uint8Array[] = [];
  runLegacy(spend, signatureScript, stack);
  const beforeOutput = [...stack];
  runLegacy(spend, outputScript, stack);
  mustLeaveTrue(stack);
  let hadWitness = false;
  const program = witnessProgram(outputScript);
  if (program !== null) {
    hadWitness = true;
    must(signatureScript.length === 0, 'witnessMalleated');
    verifyWitness(spend, program, false);
    stack.length = 1;
  }
  if (classifyScript(outputScript) === 'p2sh') {
    must(isPushOnly(signatureScript), 'sigPushOnly');
    stack = beforeOutput;
    const redeemScript = stack.pop() as Uint8Array;
    runLegacy(spend, redeemScript, stack);
    mustLeaveTrue(stack);
    const inner = witnessProgram(redeemScript);
    if (inner !== null) {
      hadWitness = true;
      must(bytesEqual(signatureScript, pushBytes(redeemScript)), 'witnessMalleatedP2sh');
      verifyWitness(spend, inner, true);
      stack.length = 1;
    }
  }
  if (spend.strictness === 'standard') must(stack.length === 1, 'cleanStack');
  must(hadWitness || witness.length === 0, 'witnessUnexpected');
}

function runLegacy(spend: Spend, script: Uint8Array, stack: Uint8Array[]): void {
  runScript({ script, spend, version: 'legacy', stack, tapscript: null, ...newRun() });
}

function mustLeaveTrue(stack: readonly Uint8Array[]): void {
  const top = stack.at(-1);
  must(top !== undefined && isTrue(top), 'evalFalse');
}
