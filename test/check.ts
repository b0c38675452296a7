/** `npm run check`: format and lint, types, dead exports, the architecture with its figures, generated documents. All are run. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

const CHECKS: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['format and lint (Biome)', bin('biome'), 'check', '--error-on-warnings', '.'],
  ['types (tsc)', bin('tsc'), '--noEmit', '-p', '.'],
  ['types of the explorer page (tsc)', bin('tsc'), '--noEmit', '-p', 'libs/explorer/page'],
  ['the explorer page (Vite)', process.execPath, join(root, 'libs/explorer/scripts/build.ts')],
  ['dead exports (knip)', bin('knip'), '--no-config-hints'],
  [
    'architecture (imports, circles, layers, functions, folders)',
    process.execPath,
    join(root, 'test/architecture/main.ts'),
  ],
  ['generated documents', process.execPath, join(root, 'libs/protocol/scripts/generate.ts'), '--check'],
  [
    "types of a gateway's questions",
    process.execPath,
    join(root, 'libs/gateway-client/scripts/generate.ts'),
    '--check',
  ],
  ['generated parts of pages', process.execPath, join(root, 'test/docs/write.ts'), '--check'],
];

const failed: string[] = [];
for (const [name, command, ...args] of CHECKS) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) console.error(`not clean: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
