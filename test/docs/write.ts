/**
 * Writes the parts of the reference pages that the code knows: settings, commands, error codes. With `--check` it writes
 * nothing and exits with 1 when they are out of date.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandParts } from './commands.ts';
import { errorParts } from './error-codes.ts';
import { readPage, root, withParts } from './page.ts';
import { settingsParts } from './settings.ts';

const PAGES: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['docs/reference/configuration.md', settingsParts()],
  ['docs/reference/commands.md', await commandParts()],
  ['docs/reference/errors.md', errorParts()],
]);

for (const [path, parts] of PAGES) {
  const present = readPage(path);
  const wanted = withParts(present, parts);
  if (present === wanted) continue;
  if (process.argv.includes('--check')) {
    console.error(`${path} is out of date: npm run generate`);
    process.exitCode = 1;
  } else {
    await writeFile(join(root, path), wanted);
    console.log(`wrote ${path}`);
  }
}
