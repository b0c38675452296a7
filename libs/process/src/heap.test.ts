import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const heap = new URL('./heap.ts', import.meta.url).href;

/** Holds 40 MB of buffers until they are old, lets go of them, and waits until they are gone; prints what was there and what is. */
const program = (keeps: boolean) => `
  const { keepHeapLevel } = await import(${JSON.stringify(heap)});
  if (${keeps}) keepHeapLevel();
  const external = () => Math.round(process.memoryUsage().external / 1e6);
  const churn = () => { for (let i = 0; i < 3e5; i++) String(Math.random()); };
  let held = Array.from({ length: 40 }, () => { const one = new Uint8Array(1e6); churn(); return one; });
  const before = external();
  held = null;
  const until = performance.now() + ${keeps ? 60_000 : 8_000};
  while (external() > before - 35 && performance.now() < until) await new Promise((done) => setTimeout(done, 100));
  console.log(before, external());
`;

const run = async (keeps: boolean): Promise<readonly number[]> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program(keeps)]);
  return stdout.trim().split(' ').map(Number);
};

test('buffers that nobody holds any longer go within seconds, in a process that keeps its memory level', async () => {
  const [before = 0, after = 0] = await run(true);
  expect(before).toBeGreaterThanOrEqual(40);
  expect(after).toBeLessThanOrEqual(before - 35);
  const [much = 0, left = 0] = await run(false);
  expect(left).toBeGreaterThan(much - 35);
}, 90_000);

/** Makes objects by the block, lets go of each block, and prints how much has come among the old meanwhile, in MB. */
const blocks = (young: boolean) => `
  const { getHeapSpaceStatistics } = await import('node:v8');
  const { startYoung } = await import(${JSON.stringify(heap)});
  if (${young}) startYoung();
  const old = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space').space_used_size / 1e6;
  let short;
  const block = () => {
    const kept = [];
    for (let i = 0; i < 20_000; i++) {
      kept.push({ number: i, list: [i, i + 1, i + 2], text: 'q' + i, more: { number: i } });
      for (let j = 0; j < 10; j++) short = { j, list: [j] };
    }
    return kept.length;
  };
  let grown = 0;
  for (let last = old(), i = 0; i < 300; i++) {
    block();
    grown += Math.max(0, old() - last);
    last = old();
  }
  console.log(grown);
`;

test('what a fold lets go of does not come among the old', async () => {
  const grown = async (young: boolean): Promise<number> => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', blocks(young)]);
    return Number(stdout);
  };
  const usual = await grown(false);
  expect(await grown(true)).toBeLessThan(usual / 2);
}, 90_000);
