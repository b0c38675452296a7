/** `npm run release -- X.Y.Z`: gives every package and the Helm chart the version, and what CHANGELOG.md says is unreleased. Then `npm run lock`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository, workspaces } from '../src/published.ts';
import { atVersion, chartAtVersion, ReleaseRefused, released } from '../src/release.ts';

const version = process.argv[2] ?? '';
const changelog = join(repository, 'CHANGELOG.md');
try {
  const day = new Date().toISOString().slice(0, 10);
  writeFileSync(changelog, released(readFileSync(changelog, 'utf8'), version, day));
  const ours = new Set(workspaces().map(({ manifest }) => manifest.name));
  for (const folder of ['.', ...workspaces().map((one) => one.folder)]) {
    const file = join(repository, folder, 'package.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, `${JSON.stringify(atVersion(manifest, version, ours), null, 2)}\n`);
  }
  const chart = join(repository, 'infra/chart/virtualchain/Chart.yaml');
  writeFileSync(chart, chartAtVersion(readFileSync(chart, 'utf8'), version));
} catch (error) {
  if (!(error instanceof ReleaseRefused)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
