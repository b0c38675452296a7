import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { until } from '../kit/until.ts';

const root = resolve(import.meta.dirname, '../..');
const suiteTimeoutMs = 240_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vchain-node-alone-'));
  // npm runs scripts in a shell.
  for (const name of ['node', 'npm', 'sh']) await symlink(await onPath(name), join(folder, name));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function onPath(name: string): Promise<string> {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((each) => join(each, name))
    .find((each) => existsSync(each));
  if (found === undefined) throw new RangeError(`no ${name} on the PATH`);
  return realpath(found);
}

interface Started {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly said: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

/** A machine with Node alone: no tool of another kind, nothing that one made earlier, and no engine for containers. */
function start(command: string, args: readonly string[]): Started {
  const env = { PATH: folder, HOME: folder, VCHAIN_CACHE: join(folder, 'cache'), DOCKER_HOST: 'unix:///nowhere' };
  const child = spawn(join(folder, command), args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (part: Buffer) => {
      said[name] += part.toString();
    });
  return { child, said, ended: once(child, 'close').then(([code]) => code as number | null) };
}

async function ended({ said, ended: end }: Started) {
  return { code: await end, ...said };
}

test(
  'node-alone: npm start -- --once plays the demo on embedded parts, says so, and everything is equal',
  async () => {
    const { code, stdout, stderr } = await ended(start('npm', ['start', '--', '--once']));
    const lines = stdout.trim().split('\n');
    expect({ code, last: lines.at(-1), stderr }).toMatchObject({
      code: 0,
      last: expect.stringMatching(/"equal":true}$/),
    });
    expect(lines).toContainEqual(expect.stringMatching(/^node: the regtest node of virtualchain .*go was not found/));
    expect(lines).toContainEqual(expect.stringMatching(/^log: a table in Postgres .*java was not found.*mvn was not/));
  },
  suiteTimeoutMs,
);

test(
  'commands find a demo on embedded parts: its node, its log in Postgres and its machines',
  async () => {
    const main = 'services/cli/bin/vchain.mjs';
    const demo = start('node', [main, 'demo', '--embedded']);
    const vchain = (...args: readonly string[]) => ended(start('node', [main, ...args]));
    try {
      await until(
        'the demo',
        async () => demo.said.stdout,
        (stdout) => stdout.includes('Everything keeps running') || demo.child.exitCode !== null,
      );
      const { stdout } = await vchain('status', '--json');
      expect(JSON.parse(stdout)).toMatchObject({ node: { height: 117 }, log: { height: 117 } });
      const tail = await vchain('tail', '--once', '--json', '--from', '117');
      expect(tail).toMatchObject({ code: 0, stdout: expect.stringContaining('"height":117') });
      const dev = async (...args: readonly string[]) => {
        const { code, stdout: said, stderr } = await vchain('dev', ...args, '--json');
        expect({ args, code, stderr }).toMatchObject({ code: 0 });
        return JSON.parse(said);
      };
      const both = ['activity', 'bns'];
      expect(await dev('mine', '2')).toMatchObject({ height: 119, there: both, behind: [] });
      expect(await dev('fund', 'erin', '--coins', '2')).toMatchObject({
        height: 120,
        people: [{ coins: 2 }],
        there: both,
      });
      // Nobody's rules but those of activity, which counts, take a revocation of no name.
      const sent = await dev('send', 'erin', 'name_revoke', '--payload', '00');
      const { verdicts } = sent;
      expect(verdicts).toMatchObject([
        { machine: 'activity', kind: 'accepted' },
        { machine: 'bns', kind: expect.stringMatching(/^(ignored|rejected)$/) },
      ]);
      expect(await dev('reorg', '1')).toMatchObject({ fork: sent.height - 1, transactions: 1, there: both });
      expect(JSON.parse((await vchain('status', '--json')).stdout)).toMatchObject({ node: { height: 122 } });
    } finally {
      demo.child.kill('SIGINT');
      await demo.ended;
    }
  },
  suiteTimeoutMs,
);
