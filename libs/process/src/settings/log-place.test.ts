import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';
import { logPlaceOf, logSpec, problemsOfLogPlace } from './log-place.ts';

const read = (env: Readonly<Record<string, string>>) => readConfig(logSpec, env, [], [problemsOfLogPlace]);

test('a log is with brokers, or in a database', () => {
  expect(logPlaceOf(read({ VCHAIN_KAFKA_BROKERS: 'a:1,b:2' }))).toEqual({
    ...{ kind: 'kafka', brokers: ['a:1', 'b:2'], security: {} },
  });
  expect(logPlaceOf(read({ VCHAIN_LOG_POSTGRES_URL: 'postgres://me:hunter2@db/log' }))).toEqual({
    ...{ kind: 'postgres', url: 'postgres://me:hunter2@db/log' },
  });
});

test.each([
  ['nowhere', {}, [/^neither VCHAIN_KAFKA_BROKERS .* nor VCHAIN_LOG_POSTGRES_URL .* is set: say where/]],
  [
    'in two places',
    { VCHAIN_KAFKA_BROKERS: 'a:1', VCHAIN_LOG_POSTGRES_URL: 'postgres://me:hunter2@db/log' },
    [/are both set: the log is kept in one place/],
  ],
  [
    'at a URL of another kind',
    { VCHAIN_LOG_POSTGRES_URL: 'http://me:hunter2@db/log' },
    [/^VCHAIN_LOG_POSTGRES_URL .* is no URL that begins with postgres:\/\//],
  ],
  ['with brokers without a port', { VCHAIN_KAFKA_BROKERS: 'a' }, [/^VCHAIN_KAFKA_BROKERS .* must be .*host:port/]],
] as const)('a log %s is refused with one problem, and no secret', (_where, env, problems) => {
  const refused = expect.objectContaining({
    code: 'CONFIG_INVALID',
    problems: problems.map((problem) => expect.stringMatching(problem)),
    message: expect.not.stringContaining('hunter2'),
  });
  expect(() => read(env)).toThrow(refused);
});
