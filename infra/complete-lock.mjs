// Completes package-lock.json after an install: packages of other platforms that a registry did not list are left out
// of the lock by npm, and `npm ci` then refuses it. Entries carry no host, so that any registry serves.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const { packages } = lock;
for (const entry of Object.values({ ...packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const isThere = Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`));
    if (/^\d/.test(version) && !isThere) packages[`node_modules/${name}`] = { version, optional: true };
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
