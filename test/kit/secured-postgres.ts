import { readFileSync } from 'node:fs';
import type { Certificate } from './certificate.ts';
import { Client } from './postgres-client.ts';
import { until } from './until.ts';

/** Whoever comes over TLS with a password; nobody comes in clear text. */
const ONLY_TLS = ['hostssl all all 127.0.0.1/32 scram-sha-256', 'hostnossl all all all reject'];

/** Turns TLS on. The server writes the files itself, so that it can read them and nobody else. */
export async function turnTlsOn(
  postgresUrl: string,
  { key, cert }: Certificate,
  { isClearRefused = false }: { readonly isClearRefused?: boolean } = {},
): Promise<void> {
  await using client = await Client.connect(postgresUrl);
  const write = async (name: string, lines: readonly string[]) => {
    const values = lines.map((line) => `('${line}')`).join(', ');
    await client.rows(`copy (values ${values}) to program 'umask 077 && cat > ${name}'`);
  };
  await write('server.key', linesOf(key));
  await write('server.crt', linesOf(cert));
  if (isClearRefused) await write('pg_hba.conf', ONLY_TLS);
  await client.rows('alter system set ssl = on');
  await client.rows('select pg_reload_conf()');
  await until(
    'TLS on',
    () => client.rows('show ssl'),
    ([row]) => row?.['ssl'] === 'on',
  );
}

function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}
