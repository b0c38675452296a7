import { expect, test } from '@jest/globals';
import { readConfig } from '@virtualchain/process';
import { problemsOfAccess, spec } from './config.ts';

const NEEDED = ['--postgres-url', 'postgres://me@db.example/names', '--network', 'regtest'];
const refusal = (...args: readonly string[]): string | null => {
  try {
    readConfig(spec, {}, [...NEEDED, ...args], [problemsOfAccess]);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

test.each([
  ['by itself, on this machine', []],
  ['on this machine by its name', ['--api-host', 'localhost']],
  ['on this machine over IPv6', ['--api-host', '::1']],
  ['elsewhere, with tokens', ['--api-host', '0.0.0.0', '--require-tokens']],
  ['elsewhere, where somebody says that anyone may ask', ['--api-host', '::', '--allow-anyone']],
  ['on this machine, with tokens', ['--require-tokens']],
])('a gateway starts %s', (_where, args) => {
  expect(refusal(...args)).toBeNull();
});

test.each([['0.0.0.0'], ['::'], ['192.168.1.2'], ['gateway.example'], ['127.0.0.1.example'], ['localhost.example']])(
  'a gateway that listens on %s does not start unless it is told who may ask',
  (host) => {
    const told = refusal('--api-host', host);
    expect(told).toContain('--require-tokens');
    expect(told).toContain('--allow-anyone');
    expect(refusal('--api-host', host, '--require-tokens', '--allow-anyone')).toContain('leave one out');
  },
);

test.each([
  ['*', ['*']],
  ['https://page.example', ['https://page.example']],
  ['https://page.example, http://localhost:3000', ['https://page.example', 'http://localhost:3000']],
])('origins: %s', (given, read) => {
  expect(spec.corsOrigins.parser.parse(given)).toEqual(read);
});

test.each(['page.example', 'https://page.example/', 'https://page.example/path', '', 'null'])(
  'what is no origin is refused: %s',
  (given) => {
    expect(spec.corsOrigins.parser.parse(given)).toBeUndefined();
  },
);
