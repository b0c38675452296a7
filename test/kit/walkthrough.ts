import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** A page that is followed step by step, and the folder that its reader makes. */
export interface FollowedPage {
  /** Its path in the repository. */
  readonly page: string;
  /** The folder that its files go to. */
  readonly name: string;
}

/** Pages whose files are made and whose other blocks are found by step. */
export interface Walkthrough extends AsyncDisposable {
  /** What holds the folder of the page: inside the repository unless it was given, so that `@virtualchain/…` is found, where git ignores it. */
  readonly folder: string;
  /** In the order of the steps. */
  readonly files: readonly string[];
  /** The first block of a language in a step. */
  block(step: number, language: string): string;
}

/** `place` is a folder in which `@virtualchain/…` is installed, where that is not the repository. */
export async function openWalkthrough({ page, name }: FollowedPage, place?: string): Promise<Walkthrough> {
  const text = await readFile(join(root, page), 'utf8');
  await mkdir(join(root, '.vchain'), { recursive: true });
  const folder = place ?? (await mkdtemp(join(root, '.vchain/walkthrough-')));
  await mkdir(join(folder, name), { recursive: true });
  const captioned = [...text.matchAll(/^\*\*`(\S+)`\*\*\n\n```ts\n([\s\S]*?)^```$/gm)];
  for (const [, file = '', content = ''] of captioned) {
    await mkdir(dirname(join(folder, name, file)), { recursive: true });
    await writeFile(join(folder, name, file), content);
  }
  return {
    folder,
    files: captioned.map(([, file = '']) => file),
    block(step, language) {
      const section = text.split(/^##+ /m).find((each) => each.startsWith(`${step}. `)) ?? '';
      const found = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section)?.[1];
      if (found === undefined) throw new RangeError(`step ${step} of ${page} has no block of ${language}`);
      return found;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
