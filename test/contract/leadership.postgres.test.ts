import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { openPostgresElection } from '@virtualchain/operation-log';
import pg from 'pg';
import { bareEnvironment } from '../kit/bare-environment.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { until } from '../kit/until.ts';
import { candidate, leadershipContract } from './leadership.contract.ts';

jest.setTimeout(60_000);

/** So long that nobody could mistake a session that was waited for for one that ended, on the slowest machine. */
const SESSION_TIMEOUT_MS = 240_000;

let parts: RealParts<'postgres'>;
let url: string;
let operator: pg.Client;
beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  url = await parts.postgres.createDatabase(`election_${parts.runId}`.toLowerCase().replace(/[^a-z0-9_]/g, '_'));
  operator = new pg.Client(url);
  operator.on('error', () => undefined);
  await operator.connect();
}, 180_000);
afterAll(async () => {
  await operator?.end();
  await parts?.[Symbol.asyncDispose]();
}, 60_000);

const open = (clientId = 'election') => openPostgresElection({ url, clientId, sessionTimeoutMs: SESSION_TIMEOUT_MS });

leadershipContract(() => ({ handOverLimitMs: SESSION_TIMEOUT_MS / 2, open, ensureTopic: async () => undefined }));

test('session-ended-under-a-leader: it stands by at once, and another leads', async () => {
  const first = candidate(open('first'), 'cut');
  await first.until('leader');
  const second = candidate(open('second'), 'cut');
  await second.until('standby');
  await operator.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'virtualchain first'`,
  );
  await Promise.all([first.until('standby'), Promise.race([first.until('leader'), second.until('leader')])]);
  await Promise.all([first.leave(), second.leave()]);
});

/** A process of its own that wants to lead, and what it said of itself so far. */
async function startCandidate(topic: string) {
  const args = [join(import.meta.dirname, '../kit/candidate.ts'), url, topic, '2000'];
  const env = { ...bareEnvironment, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' };
  const started = await parts.startProcess({ name: `candidate-${topic}`, command: process.execPath, args, env });
  const states = async () => (await readFile(started.logFile, 'utf8')).trim().split('\n');
  return {
    ...started,
    newest: (state: string) => until(`${topic} is ${state}`, states, (all) => all.at(-1) === state),
  };
}

test('killed-leader: the lock goes with its connection', async () => {
  const leader = await startCandidate('killed');
  await leader.newest('leader');
  const next = candidate(open(), 'killed');
  await next.until('standby');
  await leader.kill('SIGKILL');
  await next.until('leader');
  await next.leave();
});

test('frozen-leader: Postgres ends its silent session, another leads, and the woken one stands by', async () => {
  const leader = await startCandidate('frozen');
  await leader.newest('leader');
  await leader.kill('SIGSTOP');
  const next = candidate(open(), 'frozen');
  await next.until('leader');
  await leader.kill('SIGCONT');
  await leader.newest('standby');
  expect(next.states.at(-1)).toBe('leader');
  await next.leave();
  await leader.newest('leader');
  await leader.stop();
});

test('two topics have a leader each', async () => {
  const one = candidate(open(), 'one');
  const other = candidate(open(), 'other');
  await Promise.all([one.until('leader'), other.until('leader')]);
  await Promise.all([one.leave(), other.leave()]);
});
