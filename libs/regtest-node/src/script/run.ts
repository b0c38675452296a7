import { must } from './script-failed.ts';
import { readNumber } from './script-number.ts';
import type { Spend, Strictness } from './spend.ts';

/** Which rules a script is run by. */
export type ScriptVersion = 'legacy' | 'segwit' | 'tapscript';

/** What tapscript knows beside its script. */
export interface TapscriptGround {
  readonly annex: Uint8Array | null;
  readonly leafHash: Uint8Array;
  /** Weight that signatures may still use. */
  weightLeft: number;
}

/** A script that is run. */
export interface Run {
  readonly script: Uint8Array;
  readonly version: ScriptVersion;
  readonly spend: Spend;
  readonly stack: Uint8Array[];
  readonly altStack: Uint8Array[];
  /** Whether each open IF is in the branch that is run. */
  readonly branches: boolean[];
  /** Where the code begins that signatures cover. */
  codeStart: number;
  /** Opcodes so far that count against the limit. */
  opcodes: number;
  /** The instruction's number, and that of the last OP_CODESEPARATOR. */
  place: number;
  codeSeparatorAt: number;
  readonly tapscript: TapscriptGround | null;
}

export function isStandard({ spend }: { readonly spend: { readonly strictness: Strictness } }): boolean {
  return spend.strictness === 'standard';
}

/** The item so far below the top: 1 is the top. @throws ScriptFailed where there are fewer. */
export function peek(run: Run, depth: number): Uint8Array {
  must(depth >= 1 && depth <= run.stack.length, 'stackOperation');
  return run.stack[run.stack.length - depth] as Uint8Array;
}

/** @throws ScriptFailed on an empty stack. */
export function pop(run: Run): Uint8Array {
  const top = peek(run, 1);
  run.stack.length -= 1;
  return top;
}

export function needItems({ stack }: Run, count: number): void {
  must(stack.length >= count, 'stackOperation');
}

export function peekNumber(run: Run, depth: number): number {
  return readNumber(peek(run, depth), isStandard(run));
}

export function popNumber(run: Run): number {
  return readNumber(pop(run), isStandard(run));
}
