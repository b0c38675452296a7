import { execFileSync, spawnSync } from 'node:child_process';
import { afterEach, expect, jest, test } from '@jest/globals';
import { runCommand } from '../vchain.ts';

afterEach(() => void jest.restoreAllMocks());

async function scriptFor(shell: string): Promise<string> {
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  expect(await runCommand(['node', 'vchain', 'completion', shell], new AbortController().signal)).toBe(0);
  return written.mock.calls.map(([chunk]) => String(chunk)).join('');
}

test.each([
  ['st', ['vchain'], ['status', 'state']],
  ['--js', ['vchain', 'status'], ['--json']],
  ['ex', ['vchain', 'snapshot'], ['export']],
  ['--si', ['vchain', 'snapshot', 'import'], ['--signer']],
  ['re', ['vchain', 'bns', 'namespace'], ['reveal', 'ready']],
  ['--lim', ['vchain', 'state', 'kv', 'names'], ['--limit']],
])('bash completes %s behind %j', async (cur, before, offered) => {
  const words = [...before, cur].map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${words}); COMP_CWORD=${before.length}; _vchain; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const script = `${await scriptFor('bash')}\n${ask}`;
  const found = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' }).trim().split('\n');
  expect(found.toSorted()).toEqual(offered.toSorted());
});

test.each(['zsh', 'fish'])(
  '%s has every command and option, in its own syntax where that can be looked at',
  async (shell) => {
    const script = await scriptFor(shell);
    for (const word of ['status', 'snapshot', 'namespace', 'json', 'zonefile-hash']) expect(script).toContain(word);
    const { error, status, stderr } = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
    if (error === undefined) expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  },
);
