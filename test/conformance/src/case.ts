/** One expectation of a vector file. */
export interface Case {
  /** Where in the file, in words that can be searched for. */
  readonly name: string;
  readonly expected: unknown;
  /** What our libraries make of it. What it throws is an answer too. */
  actual(): unknown;
  /** The defect of the original that makes `expected` differ from the file, by its row of spec §11. */
  readonly corrected?: number | undefined;
}

/** Expected where the original raised an error. Which one is its own affair. */
export const AN_ERROR = { error: true } as const;

/** Reads the cases of one kind of vector file. What it throws means that the file does not have the schema. */
export type Runner = (vectors: never) => Iterable<Case> | AsyncIterable<Case>;
