import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Breach } from './judge.ts';

/** I9: every file of a folder of logs that has a secret in it. */
export function secretsInLogs(folder: string, secrets: readonly string[]): readonly Breach[] {
  return readdirSync(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const found = secrets.filter((secret) => secret !== '' && text.includes(secret)).length;
    return found === 0 ? [] : [{ invariant: 'I9' as const, where: file, what: `${found} secrets in a log` }];
  });
}
