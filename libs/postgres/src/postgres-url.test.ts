import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { PostgresUrlInvalid, postgresAddress, problemsOfPostgresUrl } from './postgres-url.ts';

const folder = mkdtempSync(join(tmpdir(), 'vchain-postgres-url-'));
const root = join(folder, 'root.crt');
writeFileSync(root, 'a certificate');
afterAll(() => rmSync(folder, { recursive: true }));

const BASE = 'postgres://user:word@host:5433/db';
const tls = (query: string) => postgresAddress(`${BASE}?${query}`).ssl;

test('every part is read, percent-encoded or not there', () => {
  expect(postgresAddress(BASE)).toMatchObject({
    ...{ host: 'host', port: 5433, user: 'user', password: 'word', database: 'db', ssl: undefined },
  });
  expect(postgresAddress('postgresql://us%40er:p%25%2Fss@[::1]/d%20b')).toMatchObject({
    ...{ host: '::1', port: undefined, user: 'us@er', password: 'p%/ss', database: 'd b' },
  });
  expect(postgresAddress('postgres:///db?host=/var/run/postgresql&port=5434')).toMatchObject({
    ...{ host: '/var/run/postgresql', port: 5434, user: undefined, database: 'db' },
  });
});

test('what a URL says of TLS is what is done', () => {
  expect(tls('sslmode=disable')).toBe(false);
  expect(tls('ssl=false')).toBe(false);
  expect(tls('sslmode=require')).toMatchObject({ rejectUnauthorized: false });
  expect(tls(`sslmode=require&sslrootcert=${root}`)).toMatchObject({
    ...{ rejectUnauthorized: true, ca: 'a certificate', checkServerIdentity: expect.any(Function) },
  });
  expect(tls(`sslmode=verify-ca&sslrootcert=${root}`)).toMatchObject({
    ...{ rejectUnauthorized: true, ca: 'a certificate', checkServerIdentity: expect.any(Function) },
  });
  for (const full of ['sslmode=verify-full', 'ssl=true', 'sslmode=verify-full&sslrootcert=system']) {
    expect(tls(full)).toEqual({ rejectUnauthorized: true, host: 'host' });
  }
});

test('the parameters that are taken reach the client', () => {
  expect(postgresAddress(`${BASE}?application_name=mine&connect_timeout=7&options=-c%20work_mem%3D64MB`)).toMatchObject(
    { application_name: 'mine', connectionTimeoutMillis: 7_000, options: '-c work_mem=64MB' },
  );
});

test.each([
  ['http://host/db', 'postgres://'],
  ['postgres://user:p%ss@host/db', 'a % in its password is not percent-encoded: write %25'],
  ['postgres://us%er@host/db', 'a % in its user'],
  ['postgres://host/d%b', 'a % in its database'],
  [`${BASE}?options=50%`, 'a % in its parameters'],
  [`${BASE}?sslmode=prefer`, 'sslmode=prefer, which could go on in clear text'],
  [`${BASE}?sslmode=allow`, 'sslmode=allow'],
  [`${BASE}?sslmode=verfy-full`, 'sslmode=verfy-full, which is no mode'],
  [`${BASE}?ssl=yes`, 'ssl=true nor ssl=false'],
  [`${BASE}?ssl=true&sslmode=disable`, 'both sslmode and ssl'],
  [`${BASE}?sslmode=verify-ca`, 'without sslrootcert'],
  [`${BASE}?sslmode=verify-ca&sslrootcert=/nowhere/root.crt`, '/nowhere/root.crt'],
  [`${BASE}?sslrootcert=${root}`, 'no sslmode that uses it'],
  [`${BASE}?sslmode=verify-full&sslcert=${root}`, 'one of sslcert and sslkey'],
  ['postgres:///db?host=/run&sslmode=require', 'Unix socket'],
  [`${BASE}?target_session_attrs=primary`, 'target_session_attrs='],
  [`${BASE}?schema=other`, 'schema='],
  [`${BASE}?application_name=a&application_name=b`, 'twice'],
  [`${BASE}?host=other`, 'a host twice'],
  [`${BASE}?port=1`, 'a port twice'],
  ['postgres://host/db?port=0', 'a port that is no number'],
  [`${BASE}?connect_timeout=soon`, 'connect_timeout'],
  [`${BASE}?options=-c%20search_path%3Dmine`, 'sets search_path'],
  [`${BASE}?options=--extra-float-digits%3D0`, 'extra-float-digits'],
  ['postgres://one,two/db', 'several hosts'],
  [`${BASE}#there`, 'behind #'],
])('%s is refused by the name of the rule', (url, rule) => {
  expect(problemsOfPostgresUrl(url).join('; ')).toContain(rule);
  expect(() => postgresAddress(url)).toThrow(PostgresUrlInvalid);
});

test('every problem is listed, and no secret is quoted', () => {
  const problems = problemsOfPostgresUrl('postgres://user:hun%ter2@host/db?sslmode=allow&schema=x#y');
  expect(problems).toHaveLength(4);
  expect(problems.join()).not.toContain('ter2');
});
