import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, debianMirror, type Env, type Log, runTool, unpackDebian } from '@virtualchain/local';

const suite = 'bookworm';

/** What every stand-in is built on. */
export const baseImage = `vchain-stand-in/debian:${suite}`;

/** An archive of the smallest Debian that runs, made with debootstrap from the mirror of the system. */
export async function debianBase(env: Env, log: Log): Promise<string> {
  const entry = await cached(env, `debian-${suite}-${process.arch}`, async (directory) => {
    log(`making a small Debian ${suite} for the stand-ins (once, about a minute) …`);
    await unpackDebian(directory, { suite, packages: ['debootstrap'], dependencies: 'left out' }, env);
    const [tool, base] = [join(directory, 'root'), join(directory, 'base')];
    const options = { cwd: directory, env: { ...env, DEBOOTSTRAP_DIR: join(tool, 'usr/share/debootstrap') } };
    const flags = ['--variant=minbase', '--include=ca-certificates'];
    await runTool(join(tool, 'usr/sbin/debootstrap'), [...flags, suite, base, await debianMirror(env)], options);
    const left = ['./dev/*', './proc/*', './sys/*', './var/cache/apt/archives/*.deb'].map(
      (path) => `--exclude=${path}`,
    );
    await runTool('tar', ['-C', base, ...left, '-cf', join(directory, 'base.tar'), '.'], options);
    await Promise.all([tool, base].map((path) => rm(path, { recursive: true })));
  });
  return join(entry, 'base.tar');
}
