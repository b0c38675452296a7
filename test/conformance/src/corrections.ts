/**
 * Where the vectors record a defect of the original, the right value is expected instead. Each rule names its row of
 * spec §11 and looks at the value, never at a path in a file, so that it holds for other files of the schema.
 */
export interface Corrected<Value> {
  readonly expected: Value;
  readonly corrected?: number;
}

/** Row 19: `is_hex` accepts a trailing newline. Right: it does not. */
export function isHexExpected(input: string, recorded: boolean): Corrected<boolean> {
  return recorded && input.endsWith('\n') ? { expected: false, corrected: 19 } : { expected: recorded };
}

/** Row 18: a proof of kind `m` verifies against any root. Right: only against its own. */
export function verifiesExpected(path: string, leaf: string, root: string, recorded: boolean): Corrected<boolean> {
  const isLone = /^[0-9]+:[0-9]+:m-/.test(path);
  return isLone && recorded && leaf !== root ? { expected: false, corrected: 18 } : { expected: recorded };
}
