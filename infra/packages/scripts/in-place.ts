/**
 * What `npm pack` and `npm publish` run in the folder of a package: `prepare` builds it there, with the `package.json` that
 * is published, and `restore` takes that back. All packages at once, without touching the tree: `npm run pack`.
 */
import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { compile, manifestText, stageDist } from '../src/build.ts';
import { readManifest, repository } from '../src/published.ts';

const KEPT = 'package.json.kept';
const folder = relative(repository, process.cwd()).replaceAll('\\', '/');
const step = process.argv[2];
if (step === 'prepare') {
  const one = { folder, manifest: readManifest(folder) };
  const compiled = mkdtempSync(join(tmpdir(), 'vchain-build-'));
  try {
    compile(compiled);
    stageDist(one, compiled, 'dist');
  } finally {
    rmSync(compiled, { recursive: true, force: true });
  }
  cpSync(join(repository, 'LICENSE'), 'LICENSE');
  renameSync('package.json', KEPT);
  writeFileSync('package.json', manifestText(one));
} else if (step === 'restore') {
  renameSync(KEPT, 'package.json');
  for (const made of ['dist', 'LICENSE']) rmSync(made, { recursive: true });
} else {
  console.error('usage, in the folder of a package: in-place.ts prepare|restore');
  process.exit(2);
}
