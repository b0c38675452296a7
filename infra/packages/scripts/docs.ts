/** `npm run docs [-- --out DIR]`: the API reference, from the docstrings of what the packages export; without `--out` it is only checked. */
import { parseArgs } from 'node:util';
import { ReferenceIncomplete, writeReference } from '../src/reference.ts';

const { values } = parseArgs({ options: { out: { type: 'string' } } });
try {
  await writeReference(values.out);
} catch (error) {
  if (!(error instanceof ReferenceIncomplete)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
