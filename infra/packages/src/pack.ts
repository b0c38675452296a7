import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { compile, stage } from './build.ts';
import { publishedPackages } from './published.ts';

const run = promisify(execFile);

/** One package as it can be installed. */
export interface Tarball {
  readonly name: string;
  readonly file: string;
}

/** Builds all packages and writes a tarball of each to `out`. The tree of the repository stays as it is. */
export async function packAll(out: string): Promise<readonly Tarball[]> {
  const work = mkdtempSync(join(tmpdir(), 'vchain-pack-'));
  try {
    const compiled = join(work, 'compiled');
    compile(compiled);
    const to = resolve(out);
    mkdirSync(to, { recursive: true });
    const folders = publishedPackages().map((one) => {
      const target = join(work, 'packages', one.folder);
      stage(one, compiled, target);
      return target;
    });
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', to, ...folders], {
      cwd: work,
      maxBuffer: 64 * 1024 * 1024,
    });
    const packed = Object.values(JSON.parse(stdout) as Readonly<Record<string, { name: string; filename: string }>>);
    return packed.map(({ name, filename }) => ({ name, file: join(to, filename) }));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
