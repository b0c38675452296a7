/** The tutorials of machines, followed word for word with the packages installed, by a test of `packages.test.ts`. */
import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { repository } from '@virtualchain/packages';
import { EVERY_HOOK, FIRST_MACHINE } from '../kit/tutorials.ts';
import type { FollowedPage } from '../kit/walkthrough.ts';
import { type Running, Terminal } from './terminal.ts';

/** From the save of a rule to its result, milliseconds, in the best of the saves: a shared machine may be busy in one. */
const SAVE_TO_RESULT_MS = 2_000;
/** From `vchain create` to the first accepted operation, the installation aside. */
const CREATE_TO_ACCEPTED_MS = 60_000;

/** A page, by its numbered steps. */
class Page {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  static async read({ page }: FollowedPage): Promise<Page> {
    return new Page(await readFile(join(repository, page), 'utf8'));
  }

  /** The blocks of a language in a step, in their order. */
  blocks(step: number, language: string): readonly string[] {
    const section = this.#text.split(/^## /m).find((each) => each.startsWith(`${step}. `)) ?? '';
    const found = [...section.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))];
    if (found.length === 0) throw new RangeError(`step ${step} has no block of ${language}`);
    return found.map(([, block = '']) => block);
  }

  /** Files that the page shows, by their path. */
  get files(): ReadonlyMap<string, string> {
    const shown = this.#text.matchAll(/^\*\*`(\S+)`\*\*\n\n```ts\n([\s\S]*?)^```$/gm);
    return new Map([...shown].map(([, file = '', content = '']) => [file, content]));
  }
}

/** What differs from run to run: times, hashes and transaction ids, and between which lines the gateway's address comes. */
const steady = (text: string): string =>
  text
    .replace(/^Look at it: .*\n/gm, '')
    .replace(/\d+\.\d+ s/g, 'T s')
    .trim();

/** The lines of a page, in one piece, as they were printed. */
function expectLines(printed: string, told: string): void {
  expect(steady(printed)).toContain(steady(told));
}

/** `docs/tutorials/first-machine.md`. `tarballs` is where `npm run pack` of step 1 put them. */
export async function followFirstMachine(place: string, tarballs: string): Promise<void> {
  const page = await Page.read(FIRST_MACHINE);
  await using terminal = new Terminal(repository, { '/tmp/guest-book': place, '/tmp/virtualchain': tarballs });
  const [inClone = '', inFolder = ''] = page.blocks(1, 'sh');
  const [pack, create = ''] = inClone.trim().split('\n');
  expect(pack).toBe('npm run pack -- --out /tmp/virtualchain'); // done before this test, by the same script
  let started = performance.now();
  expect(await terminal.type(create)).toMatchObject({ code: 0, output: expect.stringContaining('is there') });
  const beforeInstall = performance.now() - started;
  expect(await terminal.type(inFolder)).toMatchObject({ code: 0 });
  for (const [file, shown] of page.files)
    if (file !== 'src/fold.ts') expect([file, await readFile(join(place, file), 'utf8')]).toEqual([file, shown]);

  started = performance.now();
  const tested = await terminal.type(page.blocks(4, 'sh')[0] ?? '');
  expect(tested.output).toContain('pass 4');
  expect(tested.code).toBe(0);

  const [devLine = '', sends = '', looks = ''] = page.blocks(5, 'sh');
  const dev = terminal.start(devLine.trim());
  await dev.until(/Every save folds the rules anew/);
  const [first = '', second = '', third = ''] = sends.trim().split('\n');
  expect(await terminal.type(first)).toMatchObject({ code: 0, output: expect.stringContaining('accepted') });
  expect(beforeInstall + performance.now() - started).toBeLessThan(CREATE_TO_ACCEPTED_MS);
  expect(await terminal.type(second)).toMatchObject({ code: 0, output: expect.stringContaining('accepted') });
  expect(await terminal.type(third)).toMatchObject({ code: 1, output: expect.stringContaining('SIGNED_ALREADY') });
  expectLines(await dev.until(/SIGNED_ALREADY/), page.blocks(5, 'text')[0] ?? '');
  const [state = '', past = '', verify = ''] = looks.trim().split('\n');
  expect((await terminal.type(state)).output).toMatch(/alice in chains[\s\S]*bob/);
  expect((await terminal.type(past)).output).not.toContain('bob');
  expect((await terminal.type(verify)).output).toContain('all hashes agree');

  await changeRules(page, place, dev);
  await takeBack(page, terminal);
  await dev.end();
  expect(existsSync(join(place, '.vchain/dev.json'))).toBe(false);

  await writeFile(join(place, 'src/machine.ts'), page.files.get('src/machine.ts') ?? '');
  await writeFile(join(place, 'src/fold.ts'), page.files.get('src/fold.ts') ?? '');
  expect(await terminal.type(page.blocks(8, 'sh')[0] ?? '')).toEqual({ code: 0, output: page.blocks(8, 'text')[0] });
}

/** Step 6: another rule, a mistake, and back. */
async function changeRules(page: Page, place: string, dev: Running): Promise<void> {
  const file = join(place, 'src/machine.ts');
  const before = page.files.get('src/machine.ts') ?? '';
  const [renaming = '', mistake = ''] = page.blocks(6, 'ts');
  const renamed = before
    .split('\n')
    .map((line) => (line.includes('SIGNED_ALREADY') ? renaming.trimEnd() : line))
    .join('\n');
  await writeFile(file, renamed);
  const switched = await dev.until(/consensus hash of block/);
  expectLines(switched, page.blocks(6, 'text')[0] ?? '');

  const decide = /^ {4}async decide.*\n/m;
  await writeFile(
    file,
    renamed.replace(decide, (line) => `${line}${mistake}`),
  );
  const failed = await dev.until(/the rules before go on/);
  const line = renamed.slice(0, decide.exec(renamed)?.index).split('\n').length + 1;
  expect(failed).toContain(`src/machine.ts:${line}:`);
  expect(failed).toContain('not him');
  expect(failed).toContain(mistake.trim());

  await writeFile(file, renamed);
  const again = await dev.until(/consensus hash of block/);
  const times = [switched, failed, again].map((text) => Number(/after (\d+\.\d+) s/.exec(text)?.[1]) * 1_000);
  expect(Math.min(...times)).toBeLessThan(SAVE_TO_RESULT_MS);
}

/** Step 7. */
async function takeBack(page: Page, terminal: Terminal): Promise<void> {
  const [back = '', again = ''] = page.blocks(7, 'sh');
  const gone = await terminal.type(back);
  expect(gone.output).toContain('alice in chains');
  expect(gone.output).not.toContain('bob');
  const mined = await terminal.type(again);
  expect(mined.output).toContain('bob');
  expect(mined.output).toContain('alice again');
}

/**
 * `docs/tutorials/every-hook.md`, in a folder whose packages are those of the first machine. Where that one is still there
 * (`first`), they are copied, and npm has to find that nothing is missing.
 */
export async function followEveryHook(place: string, tarballs: string, first: string): Promise<void> {
  const page = await Page.read(EVERY_HOOK);
  await using terminal = new Terminal(repository, { '/tmp/my-polls': place, '/tmp/virtualchain': tarballs });
  const [create = '', inFolder = ''] = page.blocks(1, 'sh');
  expect(await terminal.type(create)).toMatchObject({ code: 0 });
  const installed = join(first, 'node_modules');
  if (existsSync(installed))
    await cp(installed, join(place, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  expect(await terminal.type(inFolder)).toMatchObject({ code: 0 });
  for (const [file, content] of page.files) await writeFile(join(place, file), content);
  const tested = await terminal.type(page.blocks(5, 'sh')[0] ?? '');
  expect(tested.output).toContain('pass 6');
  expect(await terminal.type(page.blocks(6, 'sh')[0] ?? '')).toEqual({ code: 0, output: page.blocks(6, 'text')[0] });

  const [devLine = '', typed = ''] = page.blocks(7, 'sh');
  const dev = terminal.start(devLine.trim());
  await dev.until(/Every save folds the rules anew/);
  const [open = '', vote = '', second = '', mine = '', state = '', verify = ''] = typed.trim().split('\n');
  expect(await terminal.type(open)).toMatchObject({ code: 0, output: expect.stringContaining('accepted') });
  expect(await terminal.type(vote)).toMatchObject({ code: 0, output: expect.stringContaining('accepted') });
  expect(await terminal.type(second)).toMatchObject({ code: 1, output: expect.stringContaining('VOTED_ALREADY') });
  expect(await terminal.type(mine)).toMatchObject({ code: 0 });
  await dev.until(/the block itself: .*polls/);
  expect((await terminal.type(`${state} tea --json`)).output).toContain('"yes":1,"no":0');
  expect((await terminal.type(verify)).output).toContain('all hashes agree');
  await dev.end();
  expect(existsSync(join(place, '.vchain/dev.json'))).toBe(false);
}
