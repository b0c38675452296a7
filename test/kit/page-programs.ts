import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** How the programs of a page are called here: what it names, and what stands there. */
export type Replaced = Readonly<Record<string, string>>;

/** Programs that a page shows, in a folder, and the command lines that it types. */
export class PagePrograms implements AsyncDisposable {
  readonly folder: string;
  readonly #text: string;

  private constructor(folder: string, text: string) {
    this.folder = folder;
    this.#text = text;
  }

  /** Of a page, by its path in the repository. Files that the page captions are written; a git-ignored folder holds them. */
  static async open(page: string): Promise<PagePrograms> {
    const text = await readFile(join(root, page), 'utf8');
    await mkdir(join(root, '.vchain'), { recursive: true });
    const programs = new PagePrograms(await mkdtemp(join(root, '.vchain/programs-')), text);
    for (const [, file = '', content = ''] of text.matchAll(/^\*\*`(\S+)`\*\*\n\n```\w+\n([\s\S]*?)^```$/gm))
      await writeFile(join(programs.folder, file), content);
    return programs;
  }

  /** All command lines of a section, with what it names replaced. @throws RangeError where there is none */
  lines(section: string, replaced: Replaced = {}): readonly string[] {
    const part = this.#text.split(/^## /m).find((each) => each.startsWith(section)) ?? '';
    const blocks = [...part.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
    const lines = blocks.flatMap((block) => block.trim().split('\n'));
    if (lines.length === 0) throw new RangeError(`${section} types nothing`);
    return lines.map((line) =>
      Object.entries(replaced).reduce((text, [named, here]) => text.replaceAll(named, here), line),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** Whether this machine has a program. */
export const has = (program: string, ...args: readonly string[]): boolean => spawnSync(program, args).status === 0;
