import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { importsOf } from './architecture/rules.ts';

/** A suite that uses the servers of the run asks this file for them, itself or through its kit. */
const ASKED_OF = join(import.meta.dirname, 'kit/shared-servers.ts');

/** Whether one of these suites uses Kafka or Postgres of the run: found by following what they import within the repository. */
export function needServers(suites: readonly string[]): boolean {
  const seen = new Set<string>();
  const left = [...suites];
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (file === ASKED_OF) return true;
    if (seen.has(file)) continue;
    seen.add(file);
    const folder = dirname(file);
    const imported = importsOf(readFileSync(file, 'utf8')).filter((specifier) => /^\.\.?\/.*\.ts$/.test(specifier));
    left.push(...imported.map((specifier) => join(folder, specifier)));
  }
  return false;
}
