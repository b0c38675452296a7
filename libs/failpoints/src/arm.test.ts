import { spawnSync } from 'node:child_process';
import { hasSubscribers } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { armFailpoint } from './arm.ts';
import { defineFailpoints } from './failpoints.ts';

const points = defineFailpoints('test', ['before-commit', 'after-commit']);

test('unarmed nobody listens', () => {
  armFailpoint([points], {});
  expect(hasSubscribers('virtualchain:test')).toBe(false);
});

test.each(['commit', 'before-commit:0', 'before-commit:x', 'before-commit:2:3'])('%s is refused by name', (given) => {
  expect(() => armFailpoint([points], { VCHAIN_FAILPOINT: given })).toThrow(
    expect.objectContaining({ code: 'FAILPOINT_REFUSED', message: expect.stringContaining('before-commit') }),
  );
});

test('in production it is refused, whatever it names', () => {
  const env = { VCHAIN_FAILPOINT: 'before-commit', NODE_ENV: 'production' };
  expect(() => armFailpoint([points], env)).toThrow(expect.objectContaining({ code: 'FAILPOINT_REFUSED' }));
});

test('the process is gone the nth time it passes the point, and nothing after it is done', () => {
  const module = join(import.meta.dirname, 'index.ts');
  const script = `
    import { writeSync } from 'node:fs';
    const { armFailpoint, defineFailpoints } = await import(${JSON.stringify(module)});
    const other = defineFailpoints('other', ['after-commit']);
    const points = defineFailpoints('test', ['before-commit']);
    armFailpoint([other, points], process.env);
    for (const round of [1, 2, 3]) {
      other.pass('after-commit');
      points.pass('before-commit');
      writeSync(1, String(round));
    }`;
  const { signal, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { PATH: process.env['PATH'], VCHAIN_FAILPOINT: 'before-commit:2' },
    encoding: 'utf8',
  });
  expect({ signal, stdout }).toEqual({ signal: 'SIGKILL', stdout: '1' });
  expect(stderr).toContain('killed at failpoint before-commit:2');
});
