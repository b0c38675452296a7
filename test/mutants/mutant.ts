/** A rule of the core taken out, and who should miss it. */
export interface Mutant {
  readonly name: string;
  /** The one file it changes, from the root of the repository. */
  readonly file: string;
  /** Text that stands exactly once in the file, and what takes its place. */
  readonly edits: readonly (readonly [text: string, replacement: string])[];
  /** Test files of which at least one must fail. */
  readonly tests: readonly string[];
}
