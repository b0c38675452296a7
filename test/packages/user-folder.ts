import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Tarball } from '@virtualchain/packages';
import { NODE_22_VERSION } from '../kit/node-22.ts';
import { FIRST_MACHINE } from '../kit/tutorials.ts';

const run = promisify(execFile);

/** The compilers that users have, by the names under which they are installed. */
export const COMPILERS = { typescript5: '5.9.3', typescript7: '7.0.2' } as const;
/** Doors of packages beside their main ones, for users. */
const OTHER_DOORS = ['@virtualchain/gateway-client/verify'];

const CONFIG = {
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    types: ['node'],
    strict: true,
    skipLibCheck: false,
    allowImportingTsExtensions: true,
    noEmit: true,
  },
  include: ['my-polls', FIRST_MACHINE.name, 'doors.ts'],
};

/** A folder outside the repository in which the packages are installed, as anybody would: nothing links back. */
export class UserFolder implements AsyncDisposable {
  readonly path: string;
  readonly vchain: string;

  private constructor(path: string) {
    this.path = path;
    this.vchain = join(path, 'node_modules/.bin/vchain');
  }

  static async make(tarballs: readonly Tarball[]): Promise<UserFolder> {
    const path = await realpath(await mkdtemp(join(tmpdir(), 'vchain-user-')));
    const folder = new UserFolder(path);
    const compilers = Object.entries(COMPILERS).map(([name, version]) => [name, `npm:typescript@${version}`]);
    const manifest = {
      ...{ name: 'user', private: true, type: 'module' },
      dependencies: Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`])),
      devDependencies: { ...Object.fromEntries(compilers), '@types/node': '22', node: NODE_22_VERSION },
      allowScripts: { node: true, zeromq: false, 'dtrace-provider': false },
    };
    await writeFile(join(path, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(path, 'tsconfig.json'), JSON.stringify(CONFIG));
    await writeFile(join(path, 'doors.ts'), doors(tarballs));
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: path });
    // npm may be set to run no scripts of packages; that of `node` brings the binary.
    if (!existsSync(folder.nodes[0] ?? ''))
      await run('npm', ['rebuild', 'node', '--ignore-scripts=false'], { cwd: path });
    return folder;
  }

  /** The Nodes that users have: 22, and the one that runs the tests. */
  get nodes(): readonly string[] {
    return [join(this.path, 'node_modules/node/bin/node'), process.execPath];
  }

  /** Runs a script under a Node there, to its end. @returns what it printed */
  async run(node: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const options = { cwd: this.path, env: { PATH: process.env['PATH'], HOME: this.path, ...env } };
    const { stdout } = await run(node, args, options).catch(
      (error: { stdout: string; stderr: string; message: string }) => {
        throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
      },
    );
    return stdout;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}

/** A module that imports every door, so that every declaration is looked at. */
function doors(tarballs: readonly Tarball[]): string {
  const names = [...tarballs.map(({ name }) => name).filter((name) => name.startsWith('@')), ...OTHER_DOORS];
  const imports = names.map((name, index) => `import * as door${index} from '${name}';`);
  return `${imports.join('\n')}\nexport const doors = [${names.map((_, index) => `door${index}`).join(', ')}];\n`;
}
