import { sha1 } from '@noble/hashes/legacy.js';
import { bytesEqual, doubleSha256, hash160, opcodeName, ripemd160, sha256 } from '@virtualchain/bitcoin';
import { LOCK_NUMBER_BYTES_MAX, OPCODES_MAX, PUSH_BYTES_MAX, SCRIPT_BYTES_MAX, STACK_ITEMS_MAX } from '../limits.ts';
import { meetsLockTime, meetsSequence, SEQUENCE_DISABLED } from './locks.ts';
import { isStandard, needItems, peek, pop, type Run } from './run.ts';
import { type Instruction, instructionAt, isMinimalPush } from './script-code.ts';
import { must, type Reason, ScriptFailed } from './script-failed.ts';
import { isTrue, readNumber, writeNumber } from './script-number.ts';
import { checkMultisig, checkSig, checkSigAdd } from './signature-opcodes.ts';
import { NUMBER_OPCODES, STACK_OPCODES } from './stack-opcodes.ts';

type Opcode = (run: Run) => void;

/** Also where it is not run. */
const DISABLED: ReadonlySet<string> = new Set(
  'CAT SUBSTR LEFT RIGHT INVERT AND OR XOR 2MUL 2DIV MUL DIV MOD LSHIFT RSHIFT'.split(' ').map((name) => `OP_${name}`),
);
const BRANCHING: ReadonlySet<string> = new Set(['OP_IF', 'OP_NOTIF', 'OP_ELSE', 'OP_ENDIF', 'OP_VERIF', 'OP_VERNOTIF']);
const OP_PUSHDATA4 = 0x4e;
const OP_1NEGATE = 0x4f;
const OP_1 = 0x51;
const OP_16 = 0x60;
const OP_CHECKSIGADD = 0xba;

/**
 * Runs a script on the stack of the run, by the rules of its version.
 * @throws ScriptFailed
 */
export function runScript(run: Run): void {
  const { script, version, stack, altStack, branches } = run;
  must(version === 'tapscript' || script.length <= SCRIPT_BYTES_MAX, 'scriptSize');
  for (let at = 0; at < script.length; run.place += 1) {
    const instruction = instructionAt(script, at);
    must(instruction !== null, 'badOpcode');
    at = instruction.next;
    step(run, instruction);
    must(stack.length + altStack.length <= STACK_ITEMS_MAX, 'stackSize');
  }
  must(branches.length === 0, 'unbalancedConditional');
}

function step(run: Run, instruction: Instruction): void {
  const { opcode, data } = instruction;
  const isRun = !run.branches.includes(false);
  const name = opcodeName(opcode);
  must((data?.length ?? 0) <= PUSH_BYTES_MAX, 'pushSize');
  if (run.version !== 'tapscript' && opcode > OP_16) {
    run.opcodes += 1;
    must(run.opcodes <= OPCODES_MAX, 'opCount');
  }
  must(!DISABLED.has(name), 'disabledOpcode');
  if (name === 'OP_CODESEPARATOR' && run.version === 'legacy') must(!isStandard(run), 'codeSeparator');
  if (BRANCHING.has(name)) branch(run, name, isRun);
  else if (isRun) execute(run, instruction, name);
}

function execute(run: Run, instruction: Instruction, name: string): void {
  const { opcode, data, next } = instruction;
  if (opcode <= OP_PUSHDATA4) {
    must(!isStandard(run) || isMinimalPush(instruction), 'minimalData');
    run.stack.push(data ?? new Uint8Array(0));
    return;
  }
  if (opcode === OP_1NEGATE || (opcode >= OP_1 && opcode <= OP_16)) {
    run.stack.push(writeNumber(opcode - OP_1 + 1));
    return;
  }
  if (name === 'OP_CODESEPARATOR') {
    run.codeStart = next;
    run.codeSeparatorAt = run.place;
    return;
  }
  const found = opcode === OP_CHECKSIGADD ? checkSigAdd : OPCODES.get(name);
  must(found !== undefined, 'badOpcode');
  found(run);
}

function branch(run: Run, name: string, isRun: boolean): void {
  const { branches, version } = run;
  switch (name) {
    case 'OP_IF':
    case 'OP_NOTIF': {
      let isTaken = false;
      if (isRun) {
        needItems(run, 1);
        const condition = peek(run, 1);
        const isMinimal = condition.length === 0 || (condition.length === 1 && condition[0] === 1);
        if (version === 'tapscript') must(isMinimal, 'tapscriptMinimalIf');
        if (version === 'segwit' && isStandard(run)) must(isMinimal, 'minimalIf');
        isTaken = isTrue(pop(run)) === (name === 'OP_IF');
      }
      branches.push(isTaken);
      return;
    }
    case 'OP_ELSE':
      must(branches.length > 0, 'unbalancedConditional');
      branches[branches.length - 1] = !branches.at(-1);
      return;
    case 'OP_ENDIF':
      must(branches.length > 0, 'unbalancedConditional');
      branches.length -= 1;
      return;
    default: // OP_VERIF and OP_VERNOTIF, also where they are not run
      throw new ScriptFailed('badOpcode');
  }
}

const fail =
  (reason: Reason): Opcode =>
  () => {
    throw new ScriptFailed(reason);
  };

const hash =
  (of: (bytes: Uint8Array) => Uint8Array): Opcode =>
  (run) =>
    void run.stack.push(of(pop(run)));

/** Runs an opcode that leaves whether something holds, and ends the script unless it does. */
const verified =
  (opcode: Opcode, otherwise: Reason): Opcode =>
  (run) => {
    opcode(run);
    must(isTrue(pop(run)), otherwise);
  };

const equal: Opcode = (run) => {
  needItems(run, 2);
  run.stack.push(writeNumber(Number(bytesEqual(pop(run), pop(run)))));
};

const upgradable: Opcode = (run) => must(!isStandard(run), 'upgradableNops');

const checkLockTime: Opcode = (run) => {
  const wanted = readNumber(peek(run, 1), isStandard(run), LOCK_NUMBER_BYTES_MAX);
  must(wanted >= 0, 'negativeLocktime');
  must(meetsLockTime(run.spend, wanted), 'unsatisfiedLocktime');
};

const checkSequence: Opcode = (run) => {
  const wanted = readNumber(peek(run, 1), isStandard(run), LOCK_NUMBER_BYTES_MAX);
  must(wanted >= 0, 'negativeLocktime');
  // The flag is bit 31 of a number that may be longer.
  const isDisabled = Math.floor(wanted / SEQUENCE_DISABLED) % 2 === 1;
  must(isDisabled || meetsSequence(run.spend, wanted), 'unsatisfiedLocktime');
};

const OPCODES: ReadonlyMap<string, Opcode> = new Map<string, Opcode>([
  ...STACK_OPCODES,
  ...NUMBER_OPCODES,
  ['OP_NOP', () => undefined],
  ...['OP_NOP1', ...[4, 5, 6, 7, 8, 9, 10].map((number) => `OP_NOP${number}`)].map((name): [string, Opcode] => [
    name,
    upgradable,
  ]),
  ['OP_NOP2', checkLockTime],
  ['OP_NOP3', checkSequence],
  ['OP_RETURN', fail('opReturn')],
  ['OP_VERIFY', verified(() => undefined, 'verify')],
  ['OP_EQUAL', equal],
  ['OP_EQUALVERIFY', verified(equal, 'equalVerify')],
  ['OP_RIPEMD160', hash(ripemd160)],
  ['OP_SHA1', hash(sha1)],
  ['OP_SHA256', hash(sha256)],
  ['OP_HASH160', hash(hash160)],
  ['OP_HASH256', hash(doubleSha256)],
  ['OP_CHECKSIG', checkSig],
  ['OP_CHECKSIGVERIFY', verified(checkSig, 'checkSigVerify')],
  ['OP_CHECKMULTISIG', checkMultisig],
  ['OP_CHECKMULTISIGVERIFY', verified(checkMultisig, 'checkMultisigVerify')],
]);
