import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { armFailpoint } from './failpoint.ts';

const NAMES = ['before-commit', 'after-commit'] as const;

test('unarmed there is nothing to pass', () => {
  expect(armFailpoint(NAMES, {})).toBeUndefined();
});

test.each(['commit', 'before-commit:0', 'before-commit:x', 'before-commit:2:3'])('%s is refused by name', (given) => {
  expect(() => armFailpoint(NAMES, { VCHAIN_FAILPOINT: given })).toThrow(
    expect.objectContaining({ code: 'FAILPOINT_REFUSED', message: expect.stringContaining('before-commit') }),
  );
});

test('in production it is refused, whatever it names', () => {
  const env = { VCHAIN_FAILPOINT: 'before-commit', NODE_ENV: 'production' };
  expect(() => armFailpoint(NAMES, env)).toThrow(expect.objectContaining({ code: 'FAILPOINT_REFUSED' }));
});

test('the process is gone the nth time it passes the point, and nothing after it is done', () => {
  const module = join(import.meta.dirname, 'failpoint.ts');
  const script = `
    import { writeSync } from 'node:fs';
    const { armFailpoint } = await import(${JSON.stringify(module)});
    const passing = armFailpoint(['before-commit', 'after-commit'], process.env);
    for (const round of [1, 2, 3]) {
      passing('after-commit');
      passing('before-commit');
      writeSync(1, String(round));
    }`;
  const { signal, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { PATH: process.env['PATH'], VCHAIN_FAILPOINT: 'before-commit:2' },
    encoding: 'utf8',
  });
  expect({ signal, stdout }).toEqual({ signal: 'SIGKILL', stdout: '1' });
  expect(stderr).toContain('killed at failpoint before-commit:2');
});
