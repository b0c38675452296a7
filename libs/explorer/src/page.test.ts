import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { openPage } from './index.ts';

test('the page is built, names its files by their content, and is small', async () => {
  const { shell, assets } = await openPage();
  const html = shell.bytes.toString();
  const named = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)].map(([, name]) => name);
  expect(named.sort()).toEqual([...assets.keys()].sort());
  const scripts = [...assets].filter(([name]) => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(0);
  const compressed = scripts.reduce((bytes, [, file]) => bytes + gzipSync(file.bytes).length, 0);
  expect(compressed).toBeLessThan(60_000);
  for (const [name, { bytes }] of assets) {
    expect([name, /^[\w-]+-[\w-]{8}\.(js|css|svg)$/.test(name)]).toEqual([name, true]);
    expect([name, bytes.includes(import.meta.dirname)]).toEqual([name, false]);
  }
}, 60_000);
