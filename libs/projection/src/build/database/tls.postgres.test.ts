import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { sql } from 'kysely';
import { makeCertificate } from '../../../../../test/kit/certificate.ts';
import { buildsOf } from '../../../../../test/kit/projections.ts';
import { turnTlsOn } from '../../../../../test/kit/secured-postgres.ts';
import { inTransaction, openDatabase } from './database.ts';

/** A server of its own: TLS is a setting of the whole server. */
let parts: RealParts<'postgres'>;
let folder: string;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], log: () => undefined });
  folder = mkdtempSync(join(tmpdir(), 'vchain-tls-'));
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await parts?.[Symbol.asyncDispose]();
}, 60_000);

function url(query: string, host = '127.0.0.1'): string {
  const given = new URL(parts.postgres.url);
  given.hostname = host;
  given.search = query;
  return given.href;
}

/** Whether the server has encrypted the connection that a URL leads to. */
async function isEncrypted(postgresUrl: string): Promise<boolean | undefined> {
  const database = openDatabase(postgresUrl, 'public');
  try {
    return await inTransaction(database.db, async (db) => {
      const { rows } = await sql<{ ssl: boolean }>`
        select ssl from pg_catalog.pg_stat_ssl where pid = pg_backend_pid()`.execute(db);
      return rows[0]?.ssl;
    });
  } finally {
    await database.close();
  }
}

describe('a server without TLS', () => {
  test.each(['sslmode=require', 'sslmode=verify-full', 'ssl=true'])(
    '%s does not fall back to clear text',
    async (query) => {
      await expect(isEncrypted(url(query))).rejects.toMatchObject({
        code: 'DATABASE_REFUSED',
        message: expect.stringContaining('The server does not support SSL connections'),
      });
      await expect(buildsOf(url(query))).rejects.toMatchObject({ code: 'DATABASE_REFUSED' });
    },
  );

  test.each(['', 'sslmode=disable', 'ssl=false'])('%j connects in clear text', async (query) => {
    expect(await isEncrypted(url(query))).toBe(false);
  });
});

describe('a server with TLS', () => {
  let root = '';
  let hasTls = false;
  beforeAll(async () => {
    const certificate = makeCertificate(folder);
    hasTls = certificate !== null;
    if (certificate !== null) await turnTlsOn(parts.postgres.url, certificate);
    root = `sslrootcert=${encodeURIComponent(join(folder, 'server.crt'))}`;
  }, 60_000);

  test('every mode encrypts, and trusts as much as it says', async () => {
    if (!hasTls) return;
    expect(await isEncrypted(url('sslmode=disable'))).toBe(false);
    expect(await isEncrypted(url('sslmode=require'))).toBe(true);
    expect(await isEncrypted(url(`sslmode=verify-full&${root}`))).toBe(true);
    expect(await isEncrypted(url(`sslmode=verify-ca&${root}`, 'localhost'))).toBe(true);
    expect(await isEncrypted(url(`sslmode=require&${root}`, 'localhost'))).toBe(true);
  });

  test('a certificate of an unknown authority, or for another host, is refused by name', async () => {
    if (!hasTls) return;
    for (const refused of ['sslmode=verify-full', 'ssl=true']) {
      await expect(isEncrypted(url(refused))).rejects.toMatchObject({
        code: 'DATABASE_REFUSED',
        message: expect.stringContaining('self-signed certificate'),
      });
    }
    await expect(isEncrypted(url(`sslmode=verify-full&${root}`, 'localhost'))).rejects.toMatchObject({
      code: 'DATABASE_REFUSED',
      message: expect.stringContaining('does not match'),
    });
  });
});
