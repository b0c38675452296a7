import { expect, test } from '@jest/globals';
import type { BlockHash, Height } from '@virtualchain/bitcoin';
import type { Cursor, LogTail } from '@virtualchain/operation-log';
import { createLogger, createMetrics } from '@virtualchain/process';
import { DatabaseUnavailable } from '@virtualchain/projection';
import { projectorStatus } from './status.ts';

const cursorAt = (height: number): Cursor => ({
  log: '6f',
  epoch: 1,
  writer: 'b2',
  sequence: height * 2,
  offset: BigInt(height),
  height: height as Height,
  hash: `${height}` as BlockHash,
});

function watched(logHeight: number) {
  const metrics = createMetrics();
  const tail = { log: '6f', epoch: 1, sequence: 99, block: { height: logHeight, hash: `${logHeight}` } } as LogTail;
  const status = projectorStatus({
    logger: createLogger({ name: 'projector', version: '0', level: 'error' }),
    metrics,
    progressMs: 1_000,
    now: () => 0,
    identity: { service: 'projector', network: 'regtest', chain: 'kv', machine: 'kv', version: 3 },
    topic: 'vchain.regtest.kv',
    logEnd: () => tail,
  });
  return { status, metric: async (name: string) => line((await metrics.expose()).body, name) };
}

/** The line of a metric: its labels and its value. */
function line(body: string, name: string): string | undefined {
  return body.split('\n').find((each) => each.startsWith(`vchain_${name}{`));
}

test('restarted-and-idle: where it stands is told before the first block comes', async () => {
  const { status, metric } = watched(107);
  expect([status.health().ok, status.ready().ok]).toEqual([true, false]);
  expect(await metric('projector_height')).toBeUndefined();

  status.opened('kv_kv_v3_1', cursorAt(105));
  status.state('catching-up', null);
  expect(status.ready().ok).toBe(true);
  expect(status.status()).toMatchObject({
    service: 'projector',
    network: 'regtest',
    chain: 'kv',
    machine: 'kv',
    version: 3,
    build: 'kv_kv_v3_1',
    height: 105,
    hash: '105',
    lagBlocks: 2,
    log: { topic: 'vchain.regtest.kv', id: '6f', height: 107, epoch: 1 },
  });
  const labels = ['service="projector"', 'network="regtest"', 'chain="kv"', 'machine="kv"', 'version="3"'];
  for (const label of [...labels, 'build="kv_kv_v3_1"']) expect(await metric('projector_height')).toContain(label);
  expect(await metric('projector_height')).toMatch(/ 105$/);
  expect(await metric('projector_lag_blocks')).toMatch(/ 2$/);
});

test('lost-its-place: not ready until it stands where the other one went', () => {
  const { status } = watched(107);
  status.opened('kv_kv_v3_1', cursorAt(105));
  status.state('at-tip', null);
  status.state('retrying', new DatabaseUnavailable(new Error('moved')));
  expect(status.ready().ok).toBe(false);
  status.opened('kv_kv_v3_1', cursorAt(107));
  status.state('catching-up', null);
  expect(status.ready()).toMatchObject({ ok: true, detail: { height: 107, lagBlocks: 0 } });
});

test('faulted: alive, since a restart does not help, and not ready', async () => {
  const { status, metric } = watched(107);
  status.opened('kv_kv_v3_1', cursorAt(105));
  status.state('faulted', null);
  expect([status.health().ok, status.ready().ok]).toEqual([true, false]);
  expect(await metric('projector_faulted')).toMatch(/ 1$/);
});

test('verdicts are counted by kind, from zero', async () => {
  const { status, metric } = watched(107);
  expect(await metric('projector_verdicts_total')).toMatch(/verdict="accepted".* 0$/);
  status.opened('kv_kv_v3_1', cursorAt(105));
  const verdicts = { accepted: 4, rejected: 2, ignored: 1 };
  status.advanced({ blocks: 1, disconnected: 0, operations: 7, verdicts }, cursorAt(106));
  expect(await metric('projector_verdicts_total')).toMatch(/verdict="accepted".* 4$/);
  expect(status.status()).toMatchObject({ height: 106, lagBlocks: 1 });
});

test('what the audit finds turns health red, by height, until it agrees again', async () => {
  const { status, metric } = watched(107);
  status.opened('kv_kv_v3_1', cursorAt(105));
  status.state('at-tip', null);
  const step = { height: 102, top: 105, blocks: 1, operations: 2, disagreements: [] };
  status.audited('kv_kv_v3_1', step);
  expect(status.health().ok).toBe(true);
  expect(await metric('projector_audit_height')).toMatch(/ 102$/);
  const wrong = { height: 103, what: 'rows of names', stored: 'a', computed: 'b' };
  status.audited('kv_kv_v3_1', { ...step, disagreements: [wrong] });
  expect(status.health()).toMatchObject({ ok: false, detail: { audit: { height: 102, disagreement: wrong } } });
  expect(status.ready().ok).toBe(true);
  expect(await metric('projector_audit_disagrees')).toMatch(/ 1$/);
  status.audited('kv_kv_v3_1', { ...step, height: 105 });
  status.auditedAll('kv_kv_v3_1');
  expect(status.health()).toMatchObject({
    ok: true,
    detail: { audit: { height: 105, rounds: 1, disagreement: null } },
  });
  expect(await metric('projector_audit_disagrees')).toMatch(/ 0$/);
});
