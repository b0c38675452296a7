import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { debianBitcoind } from './debian-bitcoind.ts';

const quiet = () => undefined;

/** A PATH whose `apt-get` says this; nothing else is on it. */
async function withApt(script: string | null, work: (env: Record<string, string>, cache: string) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'vchain-apt-'));
  try {
    const [tools, cache] = [await mkdtemp(join(folder, 'tools-')), join(folder, 'cache')];
    if (script !== null) {
      await writeFile(join(tools, 'apt-get'), `#!/bin/sh\n${script}\n`);
      await chmod(join(tools, 'apt-get'), 0o755);
    }
    await work({ PATH: tools, VCHAIN_CACHE: cache }, cache);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test.each([
  ['without apt', null, /apt-get was not found/],
  ['with the mirror of another distribution', 'echo "Ubuntu http://a.mirror/ubuntu/"', /not set up with a mirror/],
  [
    'with a mirror that does not answer',
    'case "$1" in indextargets) echo "Debian http://a.mirror/debian/";; *) echo "E: no route to host"; exit 100;; esac',
    /no route to host/,
  ],
])('%s: refused with the reason and other ways, and nothing is left in the cache', (_what, script, reason) =>
  withApt(script, async (env, cache) => {
    const refused = expect(debianBitcoind(env, quiet)).rejects;
    await refused.toMatchObject({ code: 'BITCOIND_UNAVAILABLE', message: expect.stringMatching(reason) });
    await expect(debianBitcoind(env, quiet)).rejects.toThrow(/VCHAIN_BITCOIND/);
    expect(await readdir(cache)).toEqual([]);
  }),
);
