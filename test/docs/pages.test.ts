/** What pages for users say of the repository is so: links lead somewhere, and no setting, command or code is left out. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { sourceFiles } from '../architecture/rules.ts';
import { commandParts, problemsOfCommand } from './commands.ts';
import { errorCodes, errorParts } from './error-codes.ts';
import { readPage, root, userPages, withParts } from './page.ts';
import { settingsParts } from './settings.ts';

const CODE_BLOCK = /^```[\s\S]*?^```$/gm;

/** As GitHub makes them of headings. */
function anchorsOf(markdown: string): readonly string[] {
  const headings = markdown.replace(CODE_BLOCK, '').matchAll(/^#{1,6} (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Why a link leads nowhere, or null. */
function problemOf(page: string, link: string): string | null {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(target)) return `${page}: ${link} is not there`;
  if (anchor === undefined) return null;
  const file = statSync(target).isDirectory() ? join(target, 'README.md') : target;
  return anchorsOf(readFileSync(file, 'utf8')).includes(anchor) ? null : `${page}: ${link} names no heading there`;
}

test('every relative link of README.md and of docs leads to a file, and its anchor to a heading', () => {
  const links = userPages().flatMap((page) =>
    [
      ...readPage(page)
        .replace(CODE_BLOCK, '')
        .matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g),
    ].map(([, markdown, html]) => ({ page, link: markdown ?? html ?? '' })),
  );
  const relative = links.filter(({ link }) => !/^[a-z]+:/.test(link));
  expect(relative.length).toBeGreaterThan(20);
  expect(relative.flatMap(({ page, link }) => problemOf(page, link) ?? [])).toEqual([]);
});

test('README.md leads to every page of docs, by links', () => {
  const seen = new Set(['README.md']);
  for (const page of seen)
    for (const [, link = ''] of readPage(page).matchAll(/\]\(([^)#\s]+\.md)[^)]*\)/g)) {
      const target = join(dirname(page), link);
      if (userPages().includes(target)) seen.add(target);
    }
  expect(userPages().filter((page) => !seen.has(page))).toEqual([]);
});

test.each([
  ['docs/reference/configuration.md', async () => settingsParts()],
  ['docs/reference/commands.md', commandParts],
  ['docs/reference/errors.md', async () => errorParts()],
])('%s says what the code says', async (path, partsOf) => {
  const page = readPage(path);
  const parts = await partsOf();
  expect(page).toBe(withParts(page, parts));
  expect([...page.matchAll(/^<!-- made: ([\w-]+) -->$/gm)].map(([, name]) => name).sort()).toEqual(
    [...parts.keys()].sort(),
  );
});

const sources = sourceFiles(root, ['libs', 'services', 'infra'])
  .filter((file) => !/\.(test|example)\.ts$/.test(file))
  .map((file) => readFileSync(join(root, file), 'utf8'));

test('every variable that the sources name stands in the reference', () => {
  const told = ['docs/reference/configuration.md', 'infra/local/README.md', 'infra/docker/README.md']
    .map(readPage)
    .join();
  const named = new Set(sources.flatMap((text) => text.match(/\bVCHAIN_[A-Z_]*[A-Z]\b/g) ?? []));
  expect(named.size).toBeGreaterThan(30);
  expect([...named].filter((name) => !told.includes(`\`${name.replace(/_FILE$/, '')}`))).toEqual([]);
});

test('every code that a failure has stands in the reference', () => {
  const codes = new Set(errorCodes().map(({ code }) => code));
  const fields = sources.flatMap((text) =>
    [...text.matchAll(/readonly code(?:: [\w.]+)?(?: =|:)([^;]*);/g)].map(([, field = '']) => field),
  );
  const named = fields.flatMap((field) => [...field.matchAll(/'([A-Z][A-Z_0-9]+)'/g)].map(([, code = '']) => code));
  expect(named).toEqual(expect.arrayContaining(['CONFIG_INVALID', 'KEY_FILE_UNUSABLE', 'LOG_FORKED']));
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter((code) => !codes.has(code))).toEqual([]);
});

test('every command line of the pages is one that `vchain` takes', async () => {
  const lines = userPages().flatMap((page) =>
    [...readPage(page).matchAll(/^ *(?:npx )?(vchain [^`\n]*?)(?: +#.*)?$/gm)].map(([, line = '']) => ({ page, line })),
  );
  expect(lines.length).toBeGreaterThan(20);
  const problems = await Promise.all(
    lines.map(async ({ page, line }) => ({ page, problem: await problemsOfCommand(line) })),
  );
  expect(problems.filter(({ problem }) => problem !== null)).toEqual([]);
});
