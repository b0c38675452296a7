/** Reads one value. `undefined` means the text breaks the rule. */
export interface Parser<Value> {
  /** What a value must be, as the end of "must be …". */
  readonly rule: string;
  /** False if a mistyped value may hold a secret, and must not be repeated in an error. */
  readonly isQuotable: boolean;
  parse(text: string): Value | undefined;
  /** All that is wrong with a text that breaks the rule, each as the end of "it …", without what may be secret. */
  problemsOf?(text: string): readonly string[];
}

interface Names {
  /** The environment variable. `<env>_FILE` names a file that holds the value instead. */
  readonly env?: string;
  /** The flag, without its dashes. */
  readonly flag?: string;
  readonly about: string;
  /** Never shown: neither in errors nor in logs. */
  readonly secret?: boolean;
}

/** One setting: its names, how it is read, and what it is when nobody gave it. */
export interface Setting<Value> extends Names {
  readonly parser: Parser<NonNullable<Value>>;
  readonly isRequired: boolean;
  readonly fallback: Value | undefined;
}

/** Must be given. */
export function required<Value>(parser: Parser<Value>, names: Names): Setting<Value> {
  return { ...names, parser: parser as Parser<NonNullable<Value>>, isRequired: true, fallback: undefined };
}

/** May be left out, and is `fallback` then. */
export function optional<Value>(parser: Parser<Value>, names: Names): Setting<Value | undefined>;
export function optional<Value>(
  parser: Parser<Value>,
  names: Names & { readonly fallback: NoInfer<Value> },
): Setting<Value>;
export function optional<Value>(
  parser: Parser<Value>,
  { fallback, ...names }: Names & { readonly fallback?: Value },
): Setting<Value | undefined> {
  return { ...names, parser: parser as Parser<NonNullable<Value>>, isRequired: false, fallback };
}
