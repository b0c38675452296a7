/**
 * As much of a WebAssembly assembler as `sha256-code.ts` needs. A piece of code leaves its value on the stack, and an
 * instruction holds the pieces of its operands: bytes are made of them once, at the end.
 */
export type Code = number | readonly Code[];

function flatten(code: Code, bytes: number[] = []): number[] {
  if (typeof code === 'number') bytes.push(code);
  else for (const piece of code) flatten(piece, bytes);
  return bytes;
}

const TYPES = { i32: 0x7f, v128: 0x7b } as const;
type ValueType = keyof typeof TYPES;

const unsigned = (value: number): Code =>
  value < 0x80 ? value : [(value & 0x7f) | 0x80, unsigned(Math.floor(value / 0x80))];

/** Signed LEB128, as constants have it. */
function signed(value: number): Code {
  const rest = value >> 7;
  const isLast = (rest === 0 && (value & 0x40) === 0) || (rest === -1 && (value & 0x40) !== 0);
  return isLast ? value & 0x7f : [(value & 0x7f) | 0x80, signed(rest)];
}

const vector = (opcode: number, ...operands: readonly Code[]): Code => [operands, 0xfd, unsigned(opcode)];
const memoryArgument = (align: number, offset: number): Code => [align, unsigned(offset)];

export const i32 = {
  const: (value: number): Code => [0x41, signed(value | 0)],
  add: (left: Code, right: Code): Code => [left, right, 0x6a],
  sub: (left: Code, right: Code): Code => [left, right, 0x6b],
  and: (left: Code, right: Code): Code => [left, right, 0x71],
  shl: (value: Code, bits: number): Code => [value, i32.const(bits), 0x74],
  shiftRight: (value: Code, bits: number): Code => [value, i32.const(bits), 0x76],
  isBelow: (left: Code, right: Code): Code => [left, right, 0x49],
  load: (at: Code, offset = 0): Code => [at, 0x28, memoryArgument(0, offset)],
  store: (at: Code, value: Code, offset = 0): Code => [at, value, 0x36, memoryArgument(0, offset)],
  store8: (at: Code, value: Code, offset = 0): Code => [at, value, 0x3a, memoryArgument(0, offset)],
  /** `left` when `condition` is not 0, else `right`. */
  select: (left: Code, right: Code, condition: Code): Code => [left, right, condition, 0x1b],
};

export const v128 = {
  load: (at: Code, offset = 0): Code => [at, 0xfd, 0x00, memoryArgument(0, offset)],
  /** Four lanes of one 32-bit word in memory. */
  loadSplat: (at: Code, offset = 0): Code => [at, 0xfd, 0x09, memoryArgument(2, offset)],
  store: (at: Code, value: Code, offset = 0): Code => [at, value, 0xfd, 0x0b, memoryArgument(0, offset)],
  splat: (value: Code): Code => vector(0x11, value),
  /** 16 bytes out of the 32 of both. */
  shuffle: (left: Code, right: Code, bytes: readonly number[]): Code => [left, right, 0xfd, 0x0d, bytes],
  and: (left: Code, right: Code): Code => vector(0x4e, left, right),
  or: (left: Code, right: Code): Code => vector(0x50, left, right),
  xor: (left: Code, right: Code): Code => vector(0x51, left, right),
  /** Bits of `left` where the mask has ones, else of `right`. */
  bitselect: (left: Code, right: Code, mask: Code): Code => vector(0x52, left, right, mask),
  isAbove: (left: Code, right: Code): Code => vector(0x3b, left, right),
  shl: (value: Code, bits: number): Code => vector(0xab, value, i32.const(bits)),
  shr: (value: Code, bits: number): Code => vector(0xad, value, i32.const(bits)),
  add: (left: Code, right: Code): Code => vector(0xae, left, right),
};

export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number, value: Code): Code => [value, 0x21, unsigned(local)];
export const call = (index: number): Code => [0x10, unsigned(index)];
/** Zeroes `length` bytes. */
export const fillZero = (at: Code, length: Code): Code => [at, i32.const(0), length, 0xfc, 0x0b, 0x00];
/** Runs the body, and again while the condition, read after it, is not 0. */
export const repeat = (body: Code, condition: Code): Code => [0x03, 0x40, body, condition, 0x0d, 0x00, 0x0b];

/** A function without results: so many i32 parameters, and locals behind them. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  readonly locals: readonly (readonly [count: number, type: ValueType])[];
  readonly body: Code;
}

const list = (items: readonly Code[]): Code => [unsigned(items.length), items];
const section = (id: number, items: readonly Code[]): Code => [id, sized(list(items))];
const text = (name: string): Code => sized([...new TextEncoder().encode(name)]);

function sized(code: Code): Code {
  const bytes = flatten(code);
  return [unsigned(bytes.length), bytes];
}

/** A module that exports its functions, which call one another by their place in the list, and its memory. */
export function assembleModule(functions: readonly WasmFunction[], memoryPages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, list(new Array<Code>(parameters).fill(TYPES.i32)), 0]);
  const codes = functions.map(({ locals, body }) =>
    sized([list(locals.map(([count, type]) => [unsigned(count), TYPES[type]])), body, 0x0b]),
  );
  const indices = functions.map((_, index) => unsigned(index));
  const exports = functions.map(({ name }, index) => [text(name), 0, unsigned(index)]);
  const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const memory = [[1, unsigned(memoryPages), unsigned(memoryPages)]];
  return Uint8Array.from(
    flatten([
      header,
      section(1, types),
      section(3, indices),
      section(5, memory),
      section(7, [[text('memory'), 2, 0], ...exports]),
      section(10, codes),
    ]),
  );
}
