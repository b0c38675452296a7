import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { ExpectedError } from '@virtualchain/kernel';

const runFile = promisify(execFile);

/** One file of the page, as a browser is given it. */
export interface PageFile {
  readonly bytes: Buffer;
  /** Its `content-type`. */
  readonly type: string;
}

/** The page, whole. */
export interface ExplorerPage {
  /** What every address of the page is answered with: HTML that names the assets. */
  readonly shell: PageFile;
  /** By the name behind `/assets/`. A name has a hash of the content in it: what is under it never changes. */
  readonly assets: ReadonlyMap<string, PageFile>;
}

/** There is no built page, and it cannot be built here. */
export class PageUnbuilt extends ExpectedError {
  override readonly name = 'PageUnbuilt';
  readonly code = 'PAGE_UNBUILT';
  readonly remedy = 'halt';

  constructor(reason: string, options?: ErrorOptions) {
    super(`the explorer page is not built: ${reason}. Build it: node libs/explorer/scripts/build.ts`, options);
  }
}

/** Built pages lie beside the compiled module in the package; in the repository there is what builds them. */
const PACKAGED = join(import.meta.dirname, 'page');
const BUILDER = join(import.meta.dirname, '..', 'scripts', 'build.ts');

/**
 * Reads the page. Within the repository it is built first, once for each state of its sources, which takes a few seconds.
 *
 * @throws PageUnbuilt
 */
export async function openPage(): Promise<ExplorerPage> {
  const folder = existsSync(PACKAGED) ? PACKAGED : await build();
  const names = await readdir(join(folder, 'assets'));
  const assets = await Promise.all(
    names.map(async (name) => [name, await readPageFile(join(folder, 'assets', name))] as const),
  );
  return { shell: await readPageFile(join(folder, 'index.html')), assets: new Map(assets) };
}

/** In a process of its own: what builds is large, and only needed once. @returns the folder of the built page */
async function build(): Promise<string> {
  try {
    const { stdout } = await runFile(process.execPath, [BUILDER], { env: { ...process.env, NODE_OPTIONS: '' } });
    return stdout.trim();
  } catch (error) {
    const { stderr = '', message } = error as Error & { readonly stderr?: string };
    throw new PageUnbuilt(firstLines(stderr) || message, { cause: error });
  }
}

/** What the builder said first, in one line. */
function firstLines(stderr: string): string {
  const lines = stripVTControlCharacters(stderr).split('\n');
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, REASON_LINES)
    .join(' ');
}

const REASON_LINES = 4;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

async function readPageFile(path: string): Promise<PageFile> {
  const type = TYPES[extname(path)];
  if (type === undefined) throw new RangeError(`a file of the page that no type is known for: ${path}`);
  return { bytes: await readFile(path), type };
}
