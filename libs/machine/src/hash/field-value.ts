/**
 * The values a hashed field may have: the types of the original's fields that reach its op serialisation, each spelled
 * so that no value has two readings. Plain values cover what machines normally use:
 *
 * - `null` serialises to nothing, `true`/`false` to `True`/`False`, whole numbers and bigints to decimal;
 * - `string` is ASCII text and stands for a byte string of the original; other text goes in as `Uint8Array`;
 * - arrays are lists.
 *
 * The wrappers are for the rest: `LegacyFloat` (Blockstack hashed a float `op_fee`), `Long` (a long below 64 bits, which
 * shows inside lists), `UnicodeText`, `Tuple` and `Dict`.
 */
export type FieldValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | LegacyFloat
  | Long
  | UnicodeText
  | Tuple
  | Dict
  | readonly FieldValue[];

/** An IEEE-754 double that was a Python float in the original. The only floating point a machine may hold. */
export class LegacyFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** An integer that was a Python `long` whatever its size: written with an `L` inside containers. */
export class Long {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** A Python `unicode` string: serialises only when ASCII, and as `u'…'` inside containers. */
export class UnicodeText {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}

/** A Python tuple. */
export class Tuple {
  readonly items: readonly FieldValue[];
  constructor(items: readonly FieldValue[]) {
    this.items = items;
  }
}

/** A Python dict, its pairs in iteration order. */
export class Dict {
  readonly pairs: readonly (readonly [FieldValue, FieldValue])[];
  constructor(pairs: readonly (readonly [FieldValue, FieldValue])[]) {
    this.pairs = pairs;
  }
}
