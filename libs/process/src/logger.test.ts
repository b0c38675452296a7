import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLogger } from './logger.ts';

const secret = 'Tr0ub4dor&3';
const encoded = encodeURIComponent(secret);

function lineOf(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ name: 'ingester', version: '0.1.0', to: { write: (line) => void lines.push(line) } }));
  return lines.join('');
}

test.each<[string, (logger: ReturnType<typeof createLogger>) => void]>([
  ['a URL in a message', (logger) => logger.info(`connecting to http://vchain:${encoded}@127.0.0.1:8332`)],
  ['a URL with an @ in its password', (logger) => logger.info(`postgres://u:${secret}@x@host/db`)],
  ['a member of an object', (logger) => logger.info({ rpcPassword: secret })],
  ['a member deep inside', (logger) => logger.info({ a: { b: [{ apiKey: secret }] } })],
  ['a child logger', (logger) => logger.child({ token: secret }).warn('x')],
  ['an error', (logger) => logger.error(new Error(`fetch failed: http://u:${encoded}@h/`))],
  [
    'the cause of an error',
    (logger) => logger.error({ err: new Error('a', { cause: new Error(`http://u:${encoded}@h/`) }) }),
  ],
  ['JSON inside a string', (logger) => logger.info({ body: JSON.stringify({ password: secret }) })],
  ['a connection string', (logger) => logger.info(`host=h password=${secret} port=1`)],
  ['a header', (logger) => logger.info({ headers: `authorization: Basic ${btoa(`u:${secret}`)}` })],
])('no secret in a log line: %s', (_where, write) => {
  const line = lineOf(write);
  for (const spelling of [secret, encoded, btoa(`u:${secret}`)]) expect(line).not.toContain(spelling);
  expect(() => JSON.parse(line)).not.toThrow();
});

test('a line says who, when and how bad, as JSON', () => {
  const entry = JSON.parse(lineOf((logger) => logger.warn({ height: 101 }, 'reorganised')));
  expect(entry).toMatchObject({
    level: 'warn',
    service: 'ingester',
    version: '0.1.0',
    height: 101,
    msg: 'reorganised',
  });
  expect(Date.parse(entry.time)).not.toBeNaN();
});

test('hiding never breaks a line, whatever is logged', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (message, value) => {
      expect(() => JSON.parse(lineOf((logger) => logger.info({ value, password: message }, message)))).not.toThrow();
    }),
    { numRuns: 300 },
  ));
