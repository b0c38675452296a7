import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';
import { kafkaSecurity, kafkaSecuritySpec, problemsOfKafkaSecurity } from './kafka-security.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----';
const read = (env: Readonly<Record<string, string>>) =>
  kafkaSecurity(readConfig(kafkaSecuritySpec, env, [], [problemsOfKafkaSecurity]));

test('nothing set is clear text without a login, as before', () => expect(read({})).toEqual({}));

test('TLS and SASL reach the client', () => {
  const login = { VCHAIN_KAFKA_USERNAME: 'ingester', VCHAIN_KAFKA_PASSWORD: 'pencil-box' };
  const sasl = { username: 'ingester', password: 'pencil-box' };
  expect(read({ VCHAIN_KAFKA_TLS: 'true' })).toEqual({ ssl: {} });
  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512']) {
    expect(read({ ...login, VCHAIN_KAFKA_SASL: mechanism })).toEqual({ sasl: { mechanism, ...sasl } });
  }
  expect(read({ VCHAIN_KAFKA_TLS: '1', VCHAIN_KAFKA_CA: PEM, VCHAIN_KAFKA_CERT: PEM, VCHAIN_KAFKA_KEY: PEM })).toEqual({
    ssl: { ca: PEM, cert: PEM, key: PEM },
  });
});

test.each([
  ['a CA without TLS', { VCHAIN_KAFKA_CA: PEM }, 'VCHAIN_KAFKA_CA is set without TLS'],
  ['a certificate without its key', { VCHAIN_KAFKA_TLS: '1', VCHAIN_KAFKA_CERT: PEM }, 'set both'],
  ['a user name without a mechanism', { VCHAIN_KAFKA_USERNAME: 'me' }, 'without VCHAIN_KAFKA_SASL'],
  ['a mechanism without a login', { VCHAIN_KAFKA_SASL: 'plain' }, 'VCHAIN_KAFKA_PASSWORD, too'],
  ['a mechanism that nobody knows', { VCHAIN_KAFKA_SASL: 'gssapi' }, 'one of plain, scram-sha-256, scram-sha-512'],
  ['a CA that is no PEM', { VCHAIN_KAFKA_TLS: '1', VCHAIN_KAFKA_CA: '/nowhere/ca.pem' }, 'PEM'],
])('%s is refused by name, not dropped', (_what, env, rule) => {
  expect(() => read(env)).toThrow(rule);
});
