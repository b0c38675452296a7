/** The subscribers in Python and Go of the page, against a gateway with every fault: they end with the same rows. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { has, PagePrograms } from '../kit/page-programs.ts';
import { entries, json, refusal, ScriptedGateway, sse, stream } from '../kit/scripted-gateway.ts';
import { until } from '../kit/until.ts';

const PAGE = 'docs/how-to/subscribe-from-any-language.md';
const LANGUAGES = [
  { section: '2. In Python', isThere: has('python3', '--version') },
  { section: '3. In Go', isThere: has('go', 'version') },
] as const;

let programs: PagePrograms;
beforeAll(async () => {
  programs = await PagePrograms.open(PAGE);
});
afterAll(async () => programs?.[Symbol.asyncDispose]());

const row = (owner: string | null) => (owner === null ? null : { name: 'alice', owner });
const change = (before: string | null, after: string | null) => {
  return { collection: 'names', key: ['alice'], before: row(before), after: row(after) };
};
const entry = (kind: string, cursor: string, height: number, changes: readonly object[] = []) => {
  return { kind, cursor, height, blockHash: `${height}`.padStart(64, 'a'), changes };
};
const FIRST = [entry('genesis', 'f:0', 0), entry('block.opened', 'f:1', 1, [change(null, 'one')])];
const CLAIMED = entry('operation.accepted', 'f:2', 1, [change('one', 'two')]);
const SEALED = entry('block.sealed', 'f:3', 1);

function start(section: string, gateway: string): ChildProcess {
  const [line = ''] = programs.lines(section, { 'http://127.0.0.1:8080': gateway });
  const child = spawn('sh', ['-c', `exec ${line}`], { cwd: programs.folder, detached: true, stdio: 'ignore' });
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode === null && child.pid !== undefined) {
    process.kill(-child.pid, 'SIGKILL');
    await exited;
  }
}

/** What is in its file. */
async function kept(): Promise<{ readonly cursor: string | null; readonly rows: Readonly<Record<string, unknown>> }> {
  const text = await readFile(join(programs.folder, 'names.json'), 'utf8').catch(() => 'null');
  return JSON.parse(text) ?? { cursor: null, rows: {} };
}

const reached = (cursor: string) =>
  until(
    `it is at ${cursor}`,
    () => kept(),
    (found) => found.cursor === cursor,
    120_000,
  );

describe.each(LANGUAGES)('$section', ({ section, isThere }) => {
  const testThere = isThere ? test : test.skip;

  testThere(
    'cut connections, a stop, refusals and another build: the rows are those of the feed',
    async () => {
      await rm(join(programs.folder, 'names.json'), { force: true });
      const changed = entries(CLAIMED, SEALED);
      await using gateway = await ScriptedGateway.start(
        json({ entries: FIRST, cursor: 'f:1', isEnd: true }),
        stream('cut', 'retry: 1000\n\n', ': a comment\n', changed.slice(0, 60)), // in the middle of an event
        json({ entries: [CLAIMED], cursor: 'f:2', isEnd: true }),
        stream(
          'ends',
          sse('heartbeat', 'f:2', { tip: null, cursor: 'f:2' }),
          sse('end', 'f:2', { code: 'GATEWAY_STOPPING' }),
        ),
        refusal(503, 'DATABASE_UNAVAILABLE'),
        json({ entries: [], cursor: 'f:2', isEnd: true }),
        stream('stays open', entries(SEALED)),
      );
      const first = start(section, gateway.url);
      expect((await reached('f:3')).rows).toEqual({ names: { '["alice"]': { name: 'alice', owner: 'two' } } });
      await ended(first);
      const path = '/v1/chains/kv/machines/kv/feed';
      const asked = gateway.asked.map((each) => each.replace(path, '')).map((each) => each.replace(/limit=500&?/, ''));
      expect(asked.map((each) => each.replace(/[?&]$/, ''))).toEqual([
        ...['?from=start', '/events?after=f:1', '?after=f:1', '/events?after=f:2', '?after=f:2', '?after=f:2'],
        '/events?after=f:2',
      ]);

      await using later = await ScriptedGateway.start(
        json({ entries: [], cursor: 'f:3', isEnd: true }),
        stream('ends', entries(entry('block.retracted', 'f:4', 1, [change('two', 'one'), change('one', null)]))),
        refusal(410, 'FEED_GONE', { resume: { after: null } }),
        json({
          entries: [...FIRST, SEALED].map((each) => ({ ...each, cursor: each.cursor.replace('f', 'g') })),
          cursor: 'g:3',
          isEnd: true,
        }),
        stream('stays open', ''),
      );
      const second = start(section, later.url);
      expect((await reached('g:3')).rows).toEqual({ names: { '["alice"]': { name: 'alice', owner: 'one' } } });
      await ended(second);
      expect(later.asked[0]).toContain('after=f:3');
      expect(later.asked[3]).toContain('from=start');
    },
    240_000,
  );
});
