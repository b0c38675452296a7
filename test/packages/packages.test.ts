/** The packages as strangers get them: what is in them, and a deployment of them in a folder of its own. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RunningProcess } from '@virtualchain/local';
import { publishedPackages, repository, type Tarball, workspaces } from '@virtualchain/packages';
import { json, ScriptedGateway } from '../kit/scripted-gateway.ts';
import { System } from '../kit/system.ts';
import { EVERY_HOOK, FIRST_MACHINE } from '../kit/tutorials.ts';
import { type FollowedPage, openWalkthrough } from '../kit/walkthrough.ts';
import { followEveryHook, followFirstMachine } from './tutorials.ts';
import { COMPILERS, UserFolder } from './user-folder.ts';

const run = promisify(execFile);

let out: string;
let tarballs: readonly Tarball[];
let linted: { readonly code: number; readonly stderr: string };

interface Packing {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `virtualchain-kernel-0.1.0.tgz` has `@virtualchain/kernel`. */
function nameOf(file: string): string {
  return basename(file)
    .replace(/-\d+\.\d+\.\d+\.tgz$/, '')
    .replace(/^virtualchain-/, '@virtualchain/');
}

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'vchain-tarballs-'));
  const script = join(repository, 'infra/packages/scripts/pack.ts');
  const packing: Packing = await run(process.execPath, [script, '--out', out, '--lint']).catch(
    (error: Packing) => error,
  );
  linted = { code: packing.code ?? 0, stderr: packing.stderr };
  tarballs = packing.stdout
    .trim()
    .split('\n')
    .map((file) => ({ name: nameOf(file), file }));
}, 300_000);

afterAll(() => rm(out, { recursive: true, force: true }));

test('there is a tarball of every package that is published, all of one version', () => {
  expect(tarballs.map(({ name }) => name).sort()).toEqual(
    publishedPackages()
      .map(({ manifest }) => manifest.name)
      .sort(),
  );
  const all = workspaces().map(({ manifest }) => manifest);
  const [{ version } = { version: '' }] = all;
  const ours = new Set(all.map(({ name }) => name));
  const [, newest] = /^## (\d+\.\d+\.\d+)/m.exec(readFileSync(join(repository, 'CHANGELOG.md'), 'utf8')) ?? [];
  expect([version, undefined]).toContain(newest); // undefined before the first release
  for (const { name, version: own, dependencies = {}, devDependencies = {} } of all) {
    expect([name, own]).toEqual([name, version]);
    const asked = Object.entries({ ...dependencies, ...devDependencies }).filter(([other]) => ours.has(other));
    expect([name, ...asked.filter(([, wanted]) => wanted !== version)]).toEqual([name]);
  }
});

test('packages that are published ask for none that are not', () => {
  const published = new Set(publishedPackages().map(({ manifest }) => manifest.name));
  const ours = new Set(workspaces().map(({ manifest }) => manifest.name));
  const missing = publishedPackages().flatMap(({ manifest: { name, dependencies = {} } }) =>
    Object.keys(dependencies).flatMap((other) =>
      ours.has(other) && !published.has(other) ? [`${name} ${other}`] : [],
    ),
  );
  expect(missing).toEqual([]);
});

const WANTED =
  /^package\/(dist\/.+\.(js|js\.map|d\.ts)|dist\/page\/[\w./-]+|bin\/[\w-]+\.mjs|template\/.+|generated\/[\w.]+\.json|package\.json|README\.md|LICENSE)$/;

test('a tarball holds JavaScript, declarations, maps with their sources, and no path of this machine', async () => {
  for (const { name, file } of tarballs) {
    const { stdout: list } = await run('tar', ['-tzf', file]);
    const files = list.trim().split('\n');
    const unwanted = files.filter(
      (path) => !WANTED.test(path) || (/\.test\.|\.example\./.test(path) && !path.startsWith('package/template/')),
    );
    expect([name, ...unwanted]).toEqual([name]);
    expect(files).toEqual(expect.arrayContaining(['package/README.md', 'package/LICENSE']));
    const { stdout: content } = await run('tar', ['-xzOf', file], { maxBuffer: 256 * 1024 * 1024 });
    for (const path of [repository, homedir(), tmpdir()].filter((each) => each !== '/'))
      expect([name, content.includes(`${path}/`)]).toEqual([name, false]);
    expect(content).not.toMatch(/^\/\/# sourceMappingURL=data:/m);
  }
}, 120_000);

test('publint and attw have nothing to say', () => {
  expect(linted).toEqual({ code: 0, stderr: '' });
});

test('everything that a door exports has a docstring, and the reference is made of them', async () => {
  const script = join(repository, 'infra/packages/scripts/docs.ts');
  await run(process.execPath, [script, '--out', join(out, 'reference')]);
  const index = await readFile(join(out, 'reference/index.html'), 'utf8');
  for (const door of ['@virtualchain/client', '@virtualchain/gateway-client/verify']) expect(index).toContain(door);
}, 300_000);

test('installed outside the repository: types fit, a machine is tested, and a whole deployment runs', async () => {
  const [installed, started] = await Promise.all([UserFolder.make(tarballs), System.start({ seed: 14 })]);
  await using user = installed;
  await using system = started;
  await using _walkthrough = await openWalkthrough(EVERY_HOOK, user.path);
  await using _tutorial = await openWalkthrough(FIRST_MACHINE, user.path);
  await typesFit(user);
  await machineIsTested(user);
  await typesAreWritten(user);
  await deploymentRuns(user, system);
}, 300_000);

async function typesFit(user: UserFolder): Promise<void> {
  const compile = (compiler: string) =>
    user.run(process.execPath, [join('node_modules', compiler, 'bin/tsc'), '-p', '.']);
  expect(await Promise.all(Object.keys(COMPILERS).map(compile))).toEqual(['', '']);
}

async function machineIsTested(user: UserFolder): Promise<void> {
  const tests = [EVERY_HOOK, FIRST_MACHINE].map(({ name }) => `${name}/src/machine.test.ts`);
  const tested = await Promise.all(user.nodes.map((node) => user.run(node, ['--test', ...tests])));
  for (const report of tested) expect(report).toContain('fail 0');
}

/** `npx` runs the one executable of a package. */
async function typesAreWritten(user: UserFolder): Promise<void> {
  await using gateway = await ScriptedGateway.answering(() => json({ paths: {} }));
  const command = join(user.path, 'node_modules/.bin/gateway-client');
  for (const node of user.nodes)
    expect(await user.run(node, [command, 'types', gateway.url])).toContain('export interface Questions {');
}

async function deploymentRuns(user: UserFolder, system: System): Promise<void> {
  const start = (name: string, node: string, ...args: readonly string[]): Promise<RunningProcess> =>
    system.parts.startProcess({
      name,
      command: node,
      args: [user.vchain, ...args],
      env: { PATH: process.env['PATH'], HOME: user.path, ...system.settings },
    });
  const [node22 = '', node24 = ''] = user.nodes;
  const [chain, machine] = [join(user.path, 'my-polls/src/chain.ts'), join(user.path, 'my-polls/src/machine.ts')];
  await start('user-ingester', node24, 'ingester', '--chain', 'kv', '--chain', chain);
  await start('user-kv', node22, 'projector', '--chain', 'kv', '--machine', 'kv');
  await start('user-polls', node24, 'projector', '--chain', chain, '--machine', machine);
  const { hash } = await system.mine(2);
  await system.arrived(['kv', 'polls']);
  expect(await system.differences(['kv'])).toEqual([]); // Node 22 folded and hashed it, the Node of this test does again

  const print = (node: string, ...args: readonly string[]) => user.run(node, [user.vchain, ...args], system.settings);
  await Promise.all(
    user.nodes.map(async (node) => {
      const atTip = { state: 'at tip' };
      const told = JSON.parse(await print(node, 'status', '--json'));
      expect(told).toMatchObject({ node: { hash }, log: { hash }, machines: [atTip, atTip] });
      const tail = (await print(node, 'tail', '--once', '--json')).trim().split('\n');
      expect(JSON.parse(tail.at(-1) ?? '')).toMatchObject({ kind: 'connected', block: { hash } });
    }),
  );
}

describe('tutorials, followed word for word outside the repository', () => {
  let place: string;
  const folderOf = ({ name }: FollowedPage) => join(place, name);
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'vchain-tutorials-'));
  });
  afterAll(() => rm(place, { recursive: true }));

  test('that of the first machine', () => followFirstMachine(folderOf(FIRST_MACHINE), out), 600_000);

  test(
    'that of a machine with every hook',
    () => followEveryHook(folderOf(EVERY_HOOK), out, folderOf(FIRST_MACHINE)),
    600_000,
  );
});
