import type { Names } from './names.ts';

/** What lines are made with. */
export interface LineOptions {
  readonly names: Names;
  /** Of the package: paths are told from here. */
  readonly folder: string;
}
