import { needItems, peek, peekNumber, pop, popNumber, type Run } from './run.ts';
import { must } from './script-failed.ts';
import { isTrue, writeNumber } from './script-number.ts';

type Opcode = (run: Run) => void;

/** Copies the item at a depth to the top, several times. */
const copy =
  (depth: number, times = 1): Opcode =>
  (run) => {
    needItems(run, depth);
    for (let copied = 0; copied < times; copied += 1) run.stack.push(peek(run, depth));
  };

const drop =
  (count: number): Opcode =>
  (run) => {
    needItems(run, count);
    run.stack.length -= count;
  };

/** Takes so many items from a depth and puts them on top. */
const lift =
  (depth: number, count: number): Opcode =>
  (run) => {
    needItems(run, depth);
    run.stack.push(...run.stack.splice(run.stack.length - depth, count));
  };

function pickOrRoll(run: Run, isRoll: boolean): void {
  needItems(run, 2);
  const depth = popNumber(run);
  must(depth >= 0 && depth < run.stack.length, 'stackOperation');
  const item = peek(run, depth + 1);
  if (isRoll) run.stack.splice(run.stack.length - depth - 1, 1);
  run.stack.push(item);
}

/** Opcodes that move items. */
export const STACK_OPCODES: ReadonlyMap<string, Opcode> = new Map<string, Opcode>([
  [
    'OP_TOALTSTACK',
    (run) => {
      run.altStack.push(pop(run));
    },
  ],
  [
    'OP_FROMALTSTACK',
    (run) => {
      const item = run.altStack.pop();
      must(item !== undefined, 'altStackOperation');
      run.stack.push(item);
    },
  ],
  ['OP_2DROP', drop(2)],
  ['OP_DROP', drop(1)],
  ['OP_DUP', copy(1)],
  ['OP_2DUP', copy(2, 2)],
  ['OP_3DUP', copy(3, 3)],
  ['OP_OVER', copy(2)],
  ['OP_2OVER', copy(4, 2)],
  ['OP_ROT', lift(3, 1)],
  ['OP_2ROT', lift(6, 2)],
  ['OP_SWAP', lift(2, 1)],
  ['OP_2SWAP', lift(4, 2)],
  [
    'OP_IFDUP',
    (run) => {
      if (isTrue(peek(run, 1))) run.stack.push(peek(run, 1));
    },
  ],
  ['OP_DEPTH', (run) => void run.stack.push(writeNumber(run.stack.length))],
  [
    'OP_NIP',
    (run) => {
      needItems(run, 2);
      run.stack.splice(-2, 1);
    },
  ],
  ['OP_PICK', (run) => pickOrRoll(run, false)],
  ['OP_ROLL', (run) => pickOrRoll(run, true)],
  [
    'OP_TUCK',
    (run) => {
      needItems(run, 2);
      run.stack.splice(-2, 0, peek(run, 1));
    },
  ],
  ['OP_SIZE', (run) => void run.stack.push(writeNumber(peek(run, 1).length))],
]);

/** Numbers of the two top items, which are taken. */
const twoNumbers =
  (compute: (left: number, right: number) => number): Opcode =>
  (run) => {
    needItems(run, 2);
    const [left, right] = [peekNumber(run, 2), peekNumber(run, 1)];
    run.stack.length -= 2;
    run.stack.push(writeNumber(compute(left, right)));
  };

const oneNumber =
  (compute: (value: number) => number): Opcode =>
  (run) => {
    const value = peekNumber(run, 1);
    run.stack.length -= 1;
    run.stack.push(writeNumber(compute(value)));
  };

/** Opcodes that count. Numbers have up to 32 bits with their sign, what comes out may have one more. */
export const NUMBER_OPCODES: ReadonlyMap<string, Opcode> = new Map<string, Opcode>([
  ['OP_1ADD', oneNumber((value) => value + 1)],
  ['OP_1SUB', oneNumber((value) => value - 1)],
  ['OP_NEGATE', oneNumber((value) => -value)],
  ['OP_ABS', oneNumber(Math.abs)],
  ['OP_NOT', oneNumber((value) => Number(value === 0))],
  ['OP_0NOTEQUAL', oneNumber((value) => Number(value !== 0))],
  ['OP_ADD', twoNumbers((left, right) => left + right)],
  ['OP_SUB', twoNumbers((left, right) => left - right)],
  ['OP_BOOLAND', twoNumbers((left, right) => Number(left !== 0 && right !== 0))],
  ['OP_BOOLOR', twoNumbers((left, right) => Number(left !== 0 || right !== 0))],
  ['OP_NUMEQUAL', twoNumbers((left, right) => Number(left === right))],
  [
    'OP_NUMEQUALVERIFY',
    (run) => {
      twoNumbers((left, right) => Number(left === right))(run);
      must(isTrue(pop(run)), 'numEqualVerify');
    },
  ],
  ['OP_NUMNOTEQUAL', twoNumbers((left, right) => Number(left !== right))],
  ['OP_LESSTHAN', twoNumbers((left, right) => Number(left < right))],
  ['OP_GREATERTHAN', twoNumbers((left, right) => Number(left > right))],
  ['OP_LESSTHANOREQUAL', twoNumbers((left, right) => Number(left <= right))],
  ['OP_GREATERTHANOREQUAL', twoNumbers((left, right) => Number(left >= right))],
  ['OP_MIN', twoNumbers(Math.min)],
  ['OP_MAX', twoNumbers(Math.max)],
  [
    'OP_WITHIN',
    (run) => {
      needItems(run, 3);
      const [value, low, high] = [peekNumber(run, 3), peekNumber(run, 2), peekNumber(run, 1)];
      run.stack.length -= 3;
      run.stack.push(writeNumber(Number(low <= value && value < high)));
    },
  ],
]);
