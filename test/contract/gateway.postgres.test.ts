/** What the gateway answers, at every height, against a fold on memory; what it refuses; and the document that tells of it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import type { Collections } from '@virtualchain/machine';
import type { LogChange, LogEntry } from '@virtualchain/operation-log';
import { createMetrics } from '@virtualchain/process';
import { openProjection, openRegistry, type Registry } from '@virtualchain/projection';
import { foldedHeights, type GatewayApi, gatewayOver, rowsOnMemory } from '../kit/gateway-api.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { activityInstance, changesOf, connectKv, kvInstance } from './kv-log.ts';
import { disconnect, FIRST_BLOCK } from './log-blocks.ts';

const BASE = '/v1/chains/kv/machines/kv';
const instance = kvInstance();

/** Names come, change, go and come again; the blocks below `aaaa` are taken back and replaced. */
const ENTRIES: readonly LogEntry[] = [
  connectKv('a', ['alice +one', 'bob +two', 'alice +three']),
  connectKv('aa', ['alice =one:first', 'bob +one', 'carol ?']),
  connectKv('aaa', []),
  connectKv('aaaa', ['alice -one', 'bob =two:gone']),
  disconnect('aaaa'),
  connectKv('aaab', ['bob -two', 'carol +two', 'carol =two:new']),
  connectKv('aaabb', ['dave +four', 'dave +five', 'dave +six', 'dave -three']),
];

let parts: RealParts<'postgres'>;
let registry: Registry;
let gateway: GatewayApi;
let changes: readonly LogChange[];
const projectionOf = (url: string) => openProjection(url, instance);
let projection: Awaited<ReturnType<typeof projectionOf>>;
const get: GatewayApi['get'] = (url, headers) => gateway.get(url, headers);
const answered: GatewayApi['answered'] = (url) => gateway.answered(url);
const entriesOf: GatewayApi['entriesOf'] = (url, limit) => gateway.entriesOf(url, limit);

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  const url = await parts.postgres.createDatabase('gateway');
  projection = await projectionOf(url);
  changes = await changesOf(ENTRIES);
  await projection.advance(changes);
  await using other = await openProjection(url, activityInstance());
  await other.advance(changes);
  registry = await openRegistry(url);
  gateway = await gatewayOver(registry, 'regtest');
}, 120_000);

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await projection?.[Symbol.asyncDispose]();
  await parts?.[Symbol.asyncDispose]();
});

test('rows at every height, by height and by hash, in pages of every size, are those of memory', async () => {
  let seen = 0;
  for await (const { fold, height, hash } of foldedHeights(instance.machine, changes)) {
    const rows = rowsOnMemory(instance.machine, fold)['names'] as readonly Record<string, unknown>[];
    for (const at of [String(height), hash]) {
      const one = await answered(`${BASE}/collections/names?at=${at}&limit=500`);
      expect(one).toMatchObject({ entries: rows, next: null, at: { height, blockHash: hash, tip: FIRST_BLOCK + 4 } });
      expect(one.at.consensusHash).toBe(fold.tip?.consensusHash);
      for (const limit of [1, 2]) expect(await entriesOf(`${BASE}/collections/names?at=${at}`, limit)).toEqual(rows);
    }
    for (const row of rows) {
      const url = `${BASE}/collections/names/rows/${encodeURIComponent(String(row['name']))}?at=${height}`;
      expect(await answered(url)).toMatchObject({ row });
    }
    const block = await answered(`${BASE}/blocks/${height}`);
    const { opsHash, consensusHash, changesHash } = fold.tip ?? {};
    expect(block.block).toMatchObject({ height, hash, opsHash, consensusHash, changesHash });
    expect(await answered(`${BASE}/blocks/${hash}`)).toMatchObject({ block: block.block });
    expect(await answered(`${BASE}/snapshots/${consensusHash}`)).toMatchObject({ snapshot: block.block });
    seen += rows.length;
  }
  expect(seen).toBeGreaterThan(10);
});

test('what a key held, newest first', async () => {
  const { entries } = await answered(`${BASE}/collections/names/rows/two/history`);
  expect(
    entries.map(({ row, validFrom, validTo }: { row: { value: unknown }; validFrom: number; validTo: number }) => [
      Buffer.from(String(row.value), 'hex').toString(),
      validFrom - FIRST_BLOCK,
      validTo === null ? null : validTo - FIRST_BLOCK,
    ]),
  ).toEqual([
    ['new', 3, null],
    ['', 0, 3],
  ]);
  expect(await entriesOf(`${BASE}/collections/names/rows/two/history`, 1)).toEqual(entries);
});

test('rows by an index, in its order and in pages, all or those of a value', async () => {
  const base = '/v1/chains/kv/machines/activity/collections/senders';
  const all = await entriesOf(base, 500);
  const ordered = await entriesOf(`${base}/by/operations`, 2);
  expect(ordered.map(({ operations }) => operations)).toEqual(
    all.map(({ operations }) => operations).sort((a, b) => Number(a) - Number(b)),
  );
  expect(new Set(ordered.map(({ script }) => script)).size).toBe(all.length);
  const most = ordered.at(-1)?.['operations'];
  expect(await entriesOf(`${base}/by/operations?operations=${most}`, 1)).toEqual(
    ordered.filter(({ operations }) => operations === most),
  );
  expect(await get(`${base}/by/operations?operations=many`)).toMatchObject({ status: 400 });
  expect(await get(`${base}/by/operations?colour=red`)).toMatchObject({ status: 400 });
});

test('operations, newest first, in pages, by verdict, code, opcode and height', async () => {
  const all = await entriesOf(`${BASE}/operations`, 3);
  expect(all).toHaveLength(13);
  const places = all.map(({ height, position }) => [height, position]);
  expect(places).toEqual([...places].sort(([a, b], [c, d]) => Number(c) - Number(a) || Number(d) - Number(b)));
  const count = async (filter: string) => (await entriesOf(`${BASE}/operations?${filter}`, 2)).length;
  expect(await count('verdict=rejected')).toBe(all.filter(({ verdict }) => verdict === 'rejected').length);
  expect(await count('code=NAME_TAKEN')).toBe(1);
  expect(await count('opcode=2b')).toBe(all.filter(({ opcode }) => opcode === '2b').length);
  expect(await count(`from=${FIRST_BLOCK + 1}&to=${FIRST_BLOCK + 1}`)).toBe(3);
  const [newest] = all;
  expect(await answered(`${BASE}/operations/${newest?.['txid']}`)).toMatchObject({ operation: newest });
  expect(newest).toMatchObject({ verdict: 'rejected', code: 'NOT_OWNER', changed: [] });
});

test('blocks, newest first, and the operations of one', async () => {
  const blocks = await entriesOf(`${BASE}/blocks`, 2);
  expect(blocks.map(({ height }) => height)).toEqual([4, 3, 2, 1, 0].map((up) => FIRST_BLOCK + up));
  const ofBlock = await entriesOf(`${BASE}/blocks/${FIRST_BLOCK + 3}/operations`, 1);
  expect(ofBlock.map(({ position, verdict }) => [position, verdict])).toEqual([
    [2, 'accepted'],
    [1, 'accepted'],
    [0, 'accepted'],
  ]);
});

test('what is not there is told by a code of its own', async () => {
  const gone = ENTRIES.find((entry) => entry.kind === 'disconnect')?.block.hash;
  for (const [url, status, code] of [
    [`${BASE}/collections/names?at=${gone}`, 404, 'BLOCK_NOT_ON_BRANCH'],
    [`${BASE}/collections/names?at=999999`, 404, 'HEIGHT_OUT_OF_RANGE'],
    [`${BASE}/collections/names?at=soon`, 400, 'QUESTION_INVALID'],
    [`${BASE}/collections/names?limit=0`, 400, 'QUESTION_INVALID'],
    [`${BASE}/collections/names?limit=501`, 400, 'QUESTION_INVALID'],
    [`${BASE}/collections/names?after=nonsense`, 400, 'QUESTION_INVALID'],
    [`${BASE}/collections/names?after=${Buffer.from('[101,1,2]').toString('base64url')}`, 400, 'QUESTION_INVALID'],
    [`${BASE}/collections/names/rows/nobody`, 404, 'NOT_FOUND'],
    [`${BASE}/collections/nothing`, 404, 'NOT_FOUND'],
    [`${BASE}/operations/${'ab'.repeat(32)}`, 404, 'NOT_FOUND'],
    [`${BASE}/operations/abc`, 400, 'QUESTION_INVALID'],
    [`${BASE}/operations?verdict=maybe`, 400, 'QUESTION_INVALID'],
    [`${BASE}/blocks/${'ab'.repeat(32)}`, 404, 'NOT_FOUND'],
    [`${BASE}/blocks/1`, 404, 'NOT_FOUND'],
    [`${BASE}/snapshots/${'ab'.repeat(16)}`, 404, 'NOT_FOUND'],
    ['/v1/chains/nothing/machines/kv/blocks', 404, 'NOT_FOUND'],
    ['/nowhere', 404, 'NOT_FOUND'],
  ] as const) {
    const { status: got, headers, body } = await get(url);
    expect({ url, got, body }).toMatchObject({ got: status, body: { status, code, detail: expect.any(String) } });
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  }
});

test('a page that goes on after its block was taken back is refused, and never another history', async () => {
  const first = await answered(`${BASE}/collections/names?limit=1`);
  const more = await changesOf([...ENTRIES, disconnect('aaabb'), connectKv('aaabc', ['erin +zzz'])]);
  await projection.advance(more.slice(changes.length));
  const { status, body } = await get(`${BASE}/collections/names?limit=1&after=${first.next}`);
  expect({ status, body }).toMatchObject({ status: 410, body: { code: 'PAGE_GONE' } });
});

test('nothing but GET is answered, and one address not without end', async () => {
  const posted = await gateway.api.inject({ method: 'POST', url: `${BASE}/blocks`, payload: {} });
  expect([posted.statusCode, posted.headers['allow'], posted.json().code]).toEqual([
    405,
    'GET, HEAD',
    'METHOD_NOT_ALLOWED',
  ]);
  await using strict = await gatewayOver(registry, 'regtest', { requestsPerMinute: 2 });
  const ask = () => strict.api.inject({ method: 'GET', url: '/v1/chains' });
  expect([(await ask()).statusCode, (await ask()).statusCode]).toEqual([200, 200]);
  const third = await ask();
  expect([third.statusCode, third.json()]).toEqual([
    429,
    expect.objectContaining({ code: 'RATE_LIMITED', status: 429 }),
  ]);
});

test('what did not change is not sent again, and may not be kept unasked', async () => {
  const first = await get(`${BASE}/blocks`);
  const { etag } = first.headers;
  expect(first.headers['cache-control']).toBe('no-cache');
  const again = await get(`${BASE}/blocks`, { 'if-none-match': String(etag) });
  expect(again).toMatchObject({ status: 304, body: null });
});

test('the document tells of every question, with the columns of each collection', async () => {
  const { openapi, paths } = await answered('/openapi.json');
  expect(openapi).toBe('3.1.0');
  const names = paths[`${BASE}/collections/names`].get.responses['200'].content['application/json'].schema;
  expect(Object.keys(names.properties.entries.items.properties)).toEqual(
    Object.keys((instance.machine.collections as Collections)['names']?.columns ?? {}),
  );
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining([
      '/v1/chains',
      '/v1/status',
      `${BASE}/operations/{txid}`,
      `${BASE}/collections/names/rows/{name}`,
    ]),
  );
});

test('what the machine answers of its own, and what is asked wrongly', async () => {
  const ask = (path: string) => answered(`${BASE}/queries/${path}`);
  expect(await ask('names?limit=3')).toMatchObject({ result: { names: ['one', 'three', 'two'], next: 'two' } });
  expect(await ask('names?limit=2&after=two')).toMatchObject({ result: { names: ['zzz'], next: null, total: 4 } });
  expect(await ask('value?name=two')).toMatchObject({ result: { text: 'new', revision: 1, locked: false } });
  expect(await ask(`value?name=one&at=${FIRST_BLOCK}`)).toMatchObject({
    at: { height: FIRST_BLOCK },
    result: { text: null },
  });
  for (const [path, status, detail] of [
    ['value?name=nobody', 404, 'value'],
    ['value', 400, "'name'"],
    ['value?name=%00', 400, 'name'],
    ['names?limit=many', 400, 'limit'],
    ['names?limit=101', 400, 'limit'],
    ['names?colour=red', 400, 'additional'],
  ] as const)
    expect({ path, ...(await get(`${BASE}/queries/${path}`)) }).toMatchObject({
      status,
      body: { detail: expect.stringContaining(detail) },
    });
});

test('the same for people, without a script and without anything from elsewhere', async () => {
  const { headers, body } = await gateway.api.inject({ method: 'GET', url: '/docs' });
  expect(headers['content-type']).toMatch(/^text\/html/);
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'self'/);
  expect(body).toContain(`<code>GET ${BASE}/operations</code>`);
  expect(body).not.toMatch(/<script|<style|style=|https?:\/\//);
  expect((await gateway.api.inject({ method: 'GET', url: '/docs/style.css' })).statusCode).toBe(200);
});

test('answers are counted by the route, not by what was asked for, with the code of a problem', async () => {
  const metrics = createMetrics();
  await using counted = await gatewayOver(registry, 'regtest', { metrics });
  await counted.get(`${BASE}/blocks/${FIRST_BLOCK}`);
  await counted.get(`${BASE}/blocks/1`);
  await counted.get('/nowhere');
  const { body } = await metrics.expose();
  const route = `${BASE}/blocks/:block`;
  expect(body).toContain(`vchain_gateway_answers_total{route="${route}",status="200",code=""} 1`);
  expect(body).toContain(`vchain_gateway_answers_total{route="${route}",status="404",code="NOT_FOUND"} 1`);
  expect(body).toContain('vchain_gateway_answers_total{route="none",status="404",code="NOT_FOUND"} 1');
  expect(body).toContain(`vchain_gateway_answer_seconds_count{route="${route}"} 2`);
});

test('an address that is longer than a request may be is refused like any other wrong question', async () => {
  await using listening = await gatewayOver(registry, 'regtest');
  const address = await listening.api.listen({ host: '127.0.0.1', port: 0 });
  const response = await fetch(`${address}${BASE}/blocks?after=${'a'.repeat(40_000)}`);
  expect([response.status, response.headers.get('content-type')]).toEqual([431, 'application/problem+json']);
  expect(await response.json()).toMatchObject({ status: 431, code: 'QUESTION_INVALID' });
});

test('chains, machines and how they stand', async () => {
  const names = { name: 'names', key: ['name'] };
  expect(await answered('/v1/chains')).toMatchObject({
    network: 'regtest',
    chains: [
      {
        ...{ name: 'kv', magic: '6b76', firstBlock: FIRST_BLOCK },
        machines: [
          { name: 'kv', collections: [names] },
          { name: 'activity', collections: [{ indexes: { operations: ['operations'] } }, { name: 'opcodes' }] },
        ],
      },
    ],
  });
  expect(await answered('/v1/status')).toMatchObject({
    machines: [
      { chain: 'kv', machine: 'kv', status: 'running', fault: null, tip: { height: FIRST_BLOCK + 4 } },
      { chain: 'kv', machine: 'activity', status: 'running' },
    ],
  });
});
