import { expect, test } from '@jest/globals';
import { entries, json, refusal, ScriptedGateway, stream } from '../../../test/kit/scripted-gateway.ts';
import { waitForOperation } from './wait-for-operation.ts';

const txid = 'ab'.repeat(32);
const BASE = '/v1/chains/kv/machines/kv';
const page = json({ entries: [], cursor: 'f:9', isEnd: true });
const entry = (height: number, cursor: string) => ({
  ...{ kind: 'operation.rejected', cursor, height, blockHash: 'cd'.repeat(32), code: 'TAKEN', detail: '', changes: [] },
  operation: { txid },
});
const filter = `filter=txid=${txid}&blocks=false`;

test('one that is mined already is followed from its block until it is deep enough', async () => {
  await using gateway = await ScriptedGateway.start(
    page,
    json({ operation: { height: 120 } }),
    stream('cut', ''),
    stream('stays open', entries(entry(121, 'f:20'))),
  );
  const options = { gateway: gateway.url, chain: 'kv', machine: 'kv', confirmations: 6 };
  expect(await waitForOperation(txid, options)).toMatchObject({ height: 121, code: 'TAKEN' });
  expect(gateway.asked).toEqual([
    `${BASE}/feed?limit=1&confirmations=6`,
    `${BASE}/operations/${txid}`,
    `${BASE}/feed/events?from=120&${filter}&confirmations=6`,
    `${BASE}/feed/events?from=120&${filter}&confirmations=6`,
  ]);
});

test('one that is not mined yet is waited for from before it was asked for, through a change of builds', async () => {
  await using gateway = await ScriptedGateway.start(
    refusal(503, 'DATABASE_UNAVAILABLE'),
    page,
    refusal(404, 'NOT_FOUND'),
    refusal(410, 'FEED_GONE', { resume: { after: null } }),
    json({ entries: [], cursor: 'g:2', isEnd: true }),
    refusal(404, 'NOT_FOUND'),
    stream('stays open', entries(entry(130, 'g:5'))),
  );
  const found = await waitForOperation(txid, { gateway: gateway.url, chain: 'kv', machine: 'kv' });
  expect(found).toMatchObject({ height: 130, cursor: 'g:5' });
  expect(gateway.asked).toContain(`${BASE}/feed/events?after=f:9&${filter}`);
  expect(gateway.asked.at(-1)).toBe(`${BASE}/feed/events?after=g:2&${filter}`);
});

test('when the time is over, it says so; a signal ends it with its reason', async () => {
  const open = stream('stays open', '');
  const lines = [page, refusal(404, 'NOT_FOUND'), open];
  await using gateway = await ScriptedGateway.start(...lines, ...lines);
  const options = { gateway: gateway.url, chain: 'kv', machine: 'kv' };
  await expect(waitForOperation(txid, { ...options, timeoutMs: 300 })).rejects.toMatchObject({
    ...{ code: 'OPERATION_NOT_SEEN', remedy: 'retry' },
  });
  const signal = AbortSignal.timeout(200);
  await expect(waitForOperation(txid, { ...options, signal })).rejects.toThrow('aborted due to timeout');
});
