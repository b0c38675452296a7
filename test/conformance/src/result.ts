import { AN_ERROR } from './case.ts';

/** What the original returned, or that it raised. */
export type Result<Value> =
  | { readonly ok: true; readonly result: Value }
  | { readonly ok: false; readonly error?: string };

export function expectedOf<Value>(result: Result<Value>): Value | typeof AN_ERROR {
  return result.ok ? result.result : AN_ERROR;
}
