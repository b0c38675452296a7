import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { requireTools } from './missing-tools.ts';

async function withTools(tools: Record<string, string>, work: (env: Record<string, string>) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'vchain-tools-'));
  try {
    for (const [name, says] of Object.entries(tools)) {
      await writeFile(join(folder, name), `#!/bin/sh\necho '${says}'\n`);
      await chmod(join(folder, name), 0o755);
    }
    await work({ PATH: folder, VCHAIN_CACHE: folder });
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('every missing tool is named at once, with every way out', () =>
  withTools({}, async (env) => {
    const missing = requireTools(['kafka', 'node', 'postgres'], env);
    await expect(missing).rejects.toMatchObject({ code: 'TOOLS_MISSING', remedy: 'halt' });
    const { message } = (await missing.catch((error: unknown) => error)) as Error;
    for (const word of ['java', 'mvn', 'go', 'Docker', 'VCHAIN_KAFKA_BROKERS', 'VCHAIN_NODE_URL', '17', '1.25']) {
      expect(message).toContain(word);
    }
  }));

test('a bitcoind on the PATH, or named, needs no Go', () =>
  withTools({ bitcoind: 'Bitcoin Core daemon version v30.2.0' }, async (env) => {
    await expect(requireTools(['node'], env)).resolves.toBeUndefined();
    const named = { PATH: '', VCHAIN_CACHE: env['VCHAIN_CACHE'], VCHAIN_BITCOIND: `${env['PATH']}/bitcoind` };
    await expect(requireTools(['node'], named)).resolves.toBeUndefined();
    await expect(requireTools(['node'], { ...env, VCHAIN_LOCAL_NODE: 'btcd' })).rejects.toThrow(/go was not found/);
  }));

test('a tool that is too old counts as missing', () =>
  withTools(
    { java: 'openjdk version "1.8.0_392"', mvn: 'Apache Maven 3.8.7', go: 'go version go1.20.1 x' },
    async (env) => {
      await expect(requireTools(['kafka', 'node'], env)).rejects.toThrow(/java is version 8.*\n.*go is version 1\.20/);
    },
  ));

test('nothing is asked for what is new enough', () =>
  withTools(
    { java: 'openjdk version "21.0.1"', mvn: 'Apache Maven 3.8.7', go: 'go version go1.26.8 x' },
    async (env) => {
      await expect(requireTools(['kafka', 'node', 'postgres'], env)).resolves.toBeUndefined();
    },
  ));
