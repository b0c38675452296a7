/** The alerts and the board: Prometheus takes them, each alert fires for what it is about, and all that they name is there. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { promtool } from '../kit/promtool.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'infra/docker/observability');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const run = promisify(execFile);
const rules = readFileSync(join(folder, 'alerts.yml'), 'utf8');
const alerts = rules
  .split(/^ {6}- alert: /m)
  .slice(1)
  .map((text) => {
    const field = (name: string) => new RegExp(`^ +${name}: "?(.*?)"?$`, 'm').exec(text)?.[1] ?? '';
    return { name: text.split('\n')[0] ?? '', codes: field('codes'), page: field('page') };
  });

const tool = await promtool().catch((error: Error) => error);
const testWithTool = tool instanceof Error ? test.skip : test;
const missing = tool instanceof Error ? ` (skipped: ${tool.message})` : '';

testWithTool(
  `Prometheus takes the rules and its own settings${missing}`,
  async () => {
    await run(String(tool), ['check', 'rules', 'alerts.yml'], { cwd: folder });
    await run(String(tool), ['check', 'config', 'prometheus.yml'], { cwd: folder });
  },
  900_000,
);

testWithTool(
  `each alert fires for what it is about, and for nothing beside it${missing}`,
  async () => {
    const { stdout, stderr } = await run(String(tool), ['test', 'rules', 'alerts.test.yml'], { cwd: folder });
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    const tested = readFileSync(join(folder, 'alerts.test.yml'), 'utf8').matchAll(
      /^ +alertname: (\w+)\n +exp_alerts:\n/gm,
    );
    expect([...tested].map(([, name]) => name)).toEqual(alerts.map(({ name }) => name));
  },
  900_000,
);

test('each alert leads to a part of a page of its own, and names codes that there are', () => {
  const codes = new Set([...read('docs/reference/errors.md').matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code));
  expect(alerts.length).toBeGreaterThan(10);
  for (const { name, codes: told, page } of alerts) {
    const [path = '', anchor] = page.split('#');
    expect({ name, anchor }).toEqual({ name, anchor: name.toLowerCase() });
    expect(read(path)).toContain(`### ${name}\n`);
    const named = told.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? [];
    expect({ name, unknown: named.filter((code) => !codes.has(code)) }).toEqual({ name, unknown: [] });
  }
});
