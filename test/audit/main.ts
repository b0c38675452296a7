/**
 * `npm run audit`: fails on an advisory about a package of ours that docs/reference/advisories.md does not explain. Ends with
 * `N passed, N failed`; exit code 69 and a line that says so where the registry has no advisories to be asked.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { countRun, stopSignal } from '../jest.ts';
import { explainedIn, readAudit } from './findings.ts';

const exitCodeUnavailable = 69;
const root = resolve(import.meta.dirname, '../..');
const PAGE = 'docs/reference/advisories.md';

const { stdout, error } = spawnSync('npm', ['audit', '--json'], { cwd: root, encoding: 'utf8' });
if (error !== undefined) throw error;
const audited = readAudit(stdout);
if (audited.kind === 'not-asked') {
  console.error(`advisories: not asked, ${audited.why}`);
  process.exitCode = exitCodeUnavailable;
} else {
  await countRun(stopSignal(), async () => {
    const explained = explainedIn(readFileSync(join(root, PAGE), 'utf8'));
    const unexplained = [...audited.findings].filter(([id]) => !explained.has(id));
    for (const [id, { name, severity, title }] of unexplained) {
      console.error(`${id}: ${name}, ${severity}: ${title}; take a version without it, or explain it in ${PAGE}`);
    }
    const gone = [...explained].filter((id) => !audited.findings.has(id));
    if (gone.length > 0) console.error(`no longer found, and may leave ${PAGE}: ${gone.join(', ')}`);
    const known = audited.findings.size - unexplained.length;
    return { passed: known + (unexplained.length === 0 ? 1 : 0), failed: unexplained.length, skipped: 0 };
  });
}
