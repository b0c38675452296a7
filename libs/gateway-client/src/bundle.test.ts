/** What a browser loads of this package: measured as it is sent, and that nothing in it is Node's. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';

const here = resolve(import.meta.dirname, '..');
const esbuild = resolve(here, '../../node_modules/.bin/esbuild');

/** Bytes, minified and compressed. A module of Node's own fails the build for a browser. */
async function bundled(source: string): Promise<{ readonly bytes: number; readonly text: string }> {
  const args = ['--bundle', '--minify', '--format=esm', '--platform=browser', '--target=es2022'];
  const building = promisify(execFile)(esbuild, args, { cwd: here, maxBuffer: 16 * 1024 * 1024 });
  building.child.stdin?.end(source);
  const { stdout } = await building;
  return { bytes: gzipSync(stdout).length, text: stdout };
}

test('a browser that only subscribes loads less than 40 kB, and no hash', async () => {
  const { bytes, text } = await bundled(
    `import { applyChanges, follow, followFeed } from '@virtualchain/gateway-client'; console.log(applyChanges, follow, followFeed);`,
  );
  expect(bytes).toBeLessThan(40_000);
  expect(bytes).toBeLessThan(8_000); // what it is, and some more
  expect(text).not.toMatch(/sha256|secp256k1/i);
});

test('one that checks answers loads less than that, too', async () => {
  const { bytes, text } = await bundled(
    `export * from '@virtualchain/gateway-client'; export * from '@virtualchain/gateway-client/verify';`,
  );
  expect(bytes).toBeLessThan(40_000);
  expect(text).not.toMatch(/secp256k1|typebox/i);
});
