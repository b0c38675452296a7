import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import {
  bytesEqual,
  concatBytes,
  lengthPrefixed,
  p2pkhScript,
  serializeWitness,
  sha256,
  type TransactionInput,
} from '@virtualchain/bitcoin';
import { PUSH_BYTES_MAX, SIGNATURE_WEIGHT, STACK_ITEMS_MAX } from '../limits.ts';
import type { Run, TapscriptGround } from './run.ts';
import { runScript } from './run-script.ts';
import { instructionsOf } from './script-code.ts';
import { must } from './script-failed.ts';
import { isTrue } from './script-number.ts';
import { checkSchnorr } from './signatures.ts';
import type { Spend } from './spend.ts';

/** The version and program of an output script, or of a redeem script. */
export interface WitnessProgram {
  readonly version: number;
  readonly program: Uint8Array;
}

/** Judges the witness of an input by the program that it spends. @throws ScriptFailed */
export function verifyWitness(spend: Spend, { version, program }: WitnessProgram, isP2sh: boolean): void {
  const { witness } = spend.transaction.inputs[spend.index] as TransactionInput;
  if (version === 0) {
    verifySegwit(spend, program, witness);
    return;
  }
  if (version === 1 && program.length === 32 && !isP2sh) {
    verifyTaproot(spend, program, witness);
    return;
  }
  const isAnchor = version === 1 && program.length === 2 && program[0] === 0x4e && program[1] === 0x73 && !isP2sh;
  must(isAnchor || spend.strictness === 'consensus', 'upgradableWitnessProgram');
}

function verifySegwit(spend: Spend, program: Uint8Array, witness: readonly Uint8Array[]): void {
  must(program.length === 20 || program.length === 32, 'programWrongLength');
  if (program.length === 20) {
    must(witness.length === 2, 'programMismatch');
    runWitness({ script: p2pkhScript(program), items: witness, spend, version: 'segwit', tapscript: null });
    return;
  }
  const script = witness.at(-1);
  must(script !== undefined, 'programWitnessEmpty');
  must(bytesEqual(sha256(script), program), 'programMismatch');
  runWitness({ script, items: witness.slice(0, -1), spend, version: 'segwit', tapscript: null });
}

interface WitnessRun extends Pick<Run, 'script' | 'spend' | 'tapscript'> {
  readonly version: 'segwit' | 'tapscript';
  /** What the script begins with, the top last. */
  readonly items: readonly Uint8Array[];
}

function runWitness({ items, ...run }: WitnessRun): void {
  if (run.version === 'tapscript') {
    if (hasOpSuccess(run.script, run.spend)) return;
    must(items.length <= STACK_ITEMS_MAX, 'stackSize');
  }
  must(
    items.every(({ length }) => length <= PUSH_BYTES_MAX),
    'pushSize',
  );
  const stack = [...items];
  runScript({ ...run, stack, ...newRun() });
  must(stack.length === 1, 'cleanStack');
  must(isTrue(stack[0] as Uint8Array), 'evalFalse');
}

/** What every script begins with. */
export function newRun() {
  return { altStack: [], branches: [], codeStart: 0, opcodes: 0, place: 0, codeSeparatorAt: 0xffffffff };
}

/** A script with one of these opcodes is right whatever else it says (BIP342). A push cut short before it is wrong. */
function hasOpSuccess(script: Uint8Array, { strictness }: Spend): boolean {
  for (const instruction of instructionsOf(script)) {
    must(instruction !== null, 'badOpcode');
    if (!isOpSuccess(instruction.opcode)) continue;
    must(strictness === 'consensus', 'opSuccess');
    return true;
  }
  return false;
}

function isOpSuccess(opcode: number): boolean {
  const within = (low: number, high: number): boolean => opcode >= low && opcode <= high;
  return (
    opcode === 80 ||
    opcode === 98 ||
    within(126, 129) ||
    within(131, 134) ||
    within(137, 138) ||
    within(141, 142) ||
    within(149, 153) ||
    within(187, 254)
  );
}

const ANNEX_TAG = 0x50;
const LEAF_MASK = 0xfe;
const TAPSCRIPT_LEAF = 0xc0;
const CONTROL_BASE_BYTES = 33;
const CONTROL_STEP_BYTES = 32;
const CONTROL_STEPS_MAX = 128;

function verifyTaproot(spend: Spend, program: Uint8Array, witness: readonly Uint8Array[]): void {
  must(witness.length > 0, 'programWitnessEmpty');
  const last = witness.at(-1) as Uint8Array;
  const annex = witness.length >= 2 && last[0] === ANNEX_TAG ? last : null;
  const items = annex === null ? witness : witness.slice(0, -1);
  if (items.length === 1) {
    checkSchnorr(spend, { annex, leaf: null }, items[0] as Uint8Array, program);
    return;
  }
  const [script, control] = items.slice(-2) as [Uint8Array, Uint8Array];
  const steps = (control.length - CONTROL_BASE_BYTES) / CONTROL_STEP_BYTES;
  must(Number.isInteger(steps) && steps >= 0 && steps <= CONTROL_STEPS_MAX, 'taprootControlSize');
  const leafVersion = (control[0] as number) & LEAF_MASK;
  const leafHash = schnorr.utils.taggedHash('TapLeaf', Uint8Array.of(leafVersion), lengthPrefixed(script));
  must(isCommitted(program, control, leafHash), 'programMismatch');
  if (leafVersion !== TAPSCRIPT_LEAF) {
    must(spend.strictness === 'consensus', 'upgradableTaprootVersion');
    return;
  }
  const weightLeft = serializeWitness(witness).length + SIGNATURE_WEIGHT;
  const tapscript: TapscriptGround = { annex, leafHash, weightLeft };
  runWitness({ script, items: items.slice(0, -2), spend, version: 'tapscript', tapscript });
}

/** Whether the output key is the inner key of the control block, tweaked by the root over this leaf. */
function isCommitted(program: Uint8Array, control: Uint8Array, leafHash: Uint8Array): boolean {
  let root = leafHash;
  for (let at = CONTROL_BASE_BYTES; at < control.length; at += CONTROL_STEP_BYTES) {
    const other = control.subarray(at, at + CONTROL_STEP_BYTES);
    const [left, right] = Buffer.compare(root, other) < 0 ? [root, other] : [other, root];
    root = schnorr.utils.taggedHash('TapBranch', left, right);
  }
  const inner = control.subarray(1, CONTROL_BASE_BYTES);
  const tweak = numberOf(schnorr.utils.taggedHash('TapTweak', concatBytes(inner, root)));
  try {
    const { BASE, Fn } = secp256k1.Point;
    if (tweak >= Fn.ORDER) return false;
    const point = schnorr.utils.lift_x(numberOf(inner));
    const output = tweak === 0n ? point : point.add(BASE.multiply(tweak));
    const isOdd = output.toAffine().y % 2n === 1n;
    return bytesEqual(schnorr.utils.pointToBytes(output), program) && isOdd === (((control[0] as number) & 1) === 1);
  } catch {
    return false; // the inner key is no point
  }
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
