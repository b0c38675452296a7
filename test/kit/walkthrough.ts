import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** The walkthrough of the README of kv: its files in a folder `my-polls`, and its other blocks by step. */
export interface Walkthrough extends AsyncDisposable {
  /** What holds `my-polls`: inside the repository unless it was given, so that `@virtualchain/…` is found, where git ignores it. */
  readonly folder: string;
  /** In the order of the steps. */
  readonly files: readonly string[];
  /** The first block of a language in a step. */
  block(step: number, language: string): string;
}

/** `place` is a folder in which `@virtualchain/…` is installed, where that is not the repository. */
export async function openWalkthrough(place?: string): Promise<Walkthrough> {
  const readme = await readFile(join(root, 'libs/machines/kv/README.md'), 'utf8');
  await mkdir(join(root, '.vchain'), { recursive: true });
  const folder = place ?? (await mkdtemp(join(root, '.vchain/walkthrough-')));
  await mkdir(join(folder, 'my-polls'));
  const captioned = [...readme.matchAll(/^\*\*`(\S+)`\*\*\n\n```ts\n([\s\S]*?)^```$/gm)];
  for (const [, name = '', text = ''] of captioned) await writeFile(join(folder, 'my-polls', name), text);
  return {
    folder,
    files: captioned.map(([, name = '']) => name),
    block(step, language) {
      const section = readme.split(/^### /m).find((each) => each.startsWith(`${step}. `)) ?? '';
      const found = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section)?.[1];
      if (found === undefined) throw new RangeError(`step ${step} of the walkthrough has no block of ${language}`);
      return found;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
