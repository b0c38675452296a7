/** The commands that a gateway answers, against one that says what it is told to. */
import { afterEach, expect, jest, test } from '@jest/globals';
import { json, type Line, refusal, ScriptedGateway } from '../../../../test/kit/scripted-gateway.ts';
import { runCommand } from '../vchain.ts';

const environment = { ...process.env };
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...environment };
});

type Settings = Readonly<Record<string, string>>;

/** Calls a command in this process, with a gateway that the environment names. */
async function vchain(line: string, lines: readonly Line[], words: readonly string[] = [], settings: Settings = {}) {
  await using gateway = await ScriptedGateway.start(...lines);
  const others = Object.entries(environment).filter(([name]) => !name.startsWith('VCHAIN_'));
  process.env = { ...Object.fromEntries(others), VCHAIN_GATEWAY_URL: gateway.url, ...settings };
  const said = { out: '', err: '' };
  for (const [stream, name] of [
    [process.stdout, 'out'],
    [process.stderr, 'err'],
  ] as const)
    jest.spyOn(stream, 'write').mockImplementation((chunk) => {
      said[name] += String(chunk);
      return true;
    });
  const code = await runCommand(['node', 'vchain', ...line.split(' '), ...words], AbortSignal.timeout(60_000));
  jest.restoreAllMocks();
  return { code, ...said, asked: gateway.asked, askedBy: gateway.askedBy };
}

const CHAINS = json({
  network: 'regtest',
  chains: [
    {
      name: 'kv',
      machines: [{ name: 'kv', collections: [{ name: 'names', key: ['name'] }] }],
    },
    { name: 'bns', machines: [{ name: 'bns', collections: [{ name: 'accounts', key: ['address', 'unit'] }] }] },
  ],
});
const at = { height: 120, blockHash: 'ab'.repeat(32), consensusHash: null, tip: 120 };
const alice = { name: 'alice', owner: 'one', value: null };
const NAMES = '/v1/chains/kv/machines/kv/collections/names';

test('state: rows page by page, one by its key, and as they were', async () => {
  const page = (name: string, next: string | null) => json({ at, entries: [{ ...alice, name }], next });
  const all = await vchain('state kv names --json', [CHAINS, page('alice', 'x'), page('bob', null)]);
  expect(JSON.parse(all.out)).toEqual({
    ...{ machine: 'kv', collection: 'names', height: 120, hash: at.blockHash },
    rows: [alice, { ...alice, name: 'bob' }],
  });
  expect(all.asked).toEqual(['/v1/chains', `${NAMES}?limit=500`, `${NAMES}?limit=500&after=x`]);
  const one = await vchain('state kv names alice --at 100', [CHAINS, json({ at: { ...at, height: 100 }, row: alice })]);
  expect(one.out).toMatch(/^name +owner +value\nalice +one +null\n1 rows at height 100\n$/);
  expect(one.asked[1]).toBe(`${NAMES}/rows/alice?at=100`);
});

test('state: the beginning of a key of several columns, and an empty collection with its columns', async () => {
  const account = (address: string, unit: string) => ({ address, unit, balance: '7' });
  const rows = [account('a', 'x'), account('b', 'x'), account('b', 'y')];
  const found = await vchain('state bns accounts b --json --limit 5', [
    CHAINS,
    json({ at, entries: rows, next: null }),
  ]);
  expect(JSON.parse(found.out).rows).toEqual(rows.slice(1));
  const schema = { properties: { entries: { items: { properties: { name: {}, owner: {} } } } } };
  const document = {
    paths: { [NAMES]: { get: { responses: { 200: { content: { 'application/json': { schema } } } } } } },
  };
  const empty = await vchain('state kv names', [CHAINS, json({ at, entries: [], next: null }), json(document)]);
  expect(empty.out).toBe('name  owner\n0 rows at height 120\n');
});

test.each([
  ['state kv names bob', [CHAINS, refusal(404, 'NOT_FOUND')], 1, 'leave the key out to see what is'],
  ['state kv nothing', [CHAINS], 1, 'it has names: give one of them'],
  ['state shelf names', [CHAINS], 1, 'it has kv (chain kv), bns (chain bns)'],
  ['state bns accounts a,b,c', [CHAINS], 2, '3 values for 2 columns'],
  ['state kv names --at 7', [CHAINS, refusal(404, 'HEIGHT_OUT_OF_RANGE')], 1, 'HEIGHT_OUT_OF_RANGE'],
  ['tail --from offset:7', [], 2, 'over a gateway give earliest'],
  ['tail --cursor {}', [], 2, '--cursor'],
  ['tail --cursor x --from 7', [], 2, 'leave one of them out'],
  ['tail --filter nonsense=7', [], 2, 'FILTER_INVALID'],
  ['tail --once', [CHAINS, refusal(503, 'LOG_NOT_SERVED')], 1, 'LOG_NOT_SERVED'],
  ['tail --once', [refusal(503, 'DATABASE_UNAVAILABLE')], 1, 'DATABASE_UNAVAILABLE'],
  ['status --gateway nowhere', [], 2, '--gateway'],
] as const)('%s: what is wrong is told', async (line, lines, code, text) => {
  const told = await vchain(line, lines);
  expect(told).toMatchObject({ code, out: '' });
  expect(told.err).toContain(text);
});

const block = (height: number) => ({ height, hash: `${height}`.repeat(64), previousHash: `${height - 1}`.repeat(64) });
const operation = { txid: 'ab'.repeat(32), name: 'claim', decoded: { name: 'alice' } };
const connected = (height: number, cursor: string) => {
  return { kind: 'block.connected', cursor, block: block(height), operations: [operation] };
};

test.each([
  ['state kv names alice', [CHAINS, json({ at, row: alice })]],
  ['tail --once', [CHAINS, json({ entries: [], cursor: 'c', isEnd: true })]],
  ['status', Array.from({ length: 3 }, () => json({ machines: [], chains: [], webhooks: [] }))],
] as const)('%s: every question brings the token, which nothing shows', async (line, lines) => {
  const token = `vct_${'A1'.repeat(21)}B`;
  const { code, out, err, askedBy } = await vchain(line, lines, [], { VCHAIN_GATEWAY_TOKEN: token });
  expect({ code, askedBy }).toEqual({ code: 0, askedBy: lines.map(() => `Bearer ${token}`) });
  expect(out + err).not.toContain(token);
});

test('tail: the same lines as over a log, with the cursor of the gateway', async () => {
  const told = [connected(1, 'c1'), connected(2, 'c2'), { kind: 'block.disconnected', cursor: 'c3', block: block(2) }];
  const page = json({ entries: told, cursor: 'c3', isEnd: true });
  const people = await vchain('tail --once', [CHAINS, page]);
  expect(people.out).toBe(
    `${[1, 2]
      .map(
        (height) => `+ ${height} ${block(height).hash}, 1 operations\n    ${operation.txid} claim {"name":"alice"}\n`,
      )
      .join('')}- 2 ${block(2).hash}\n`,
  );
  expect(people.asked[1]).toBe('/v1/chains/kv/log?from=start&limit=500');
  const lines = (await vchain('tail --once --json --cursor "c0"', [CHAINS, page])).out.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    ...[1, 2].map((at) => ({ kind: 'connected', block: block(at), operations: [operation], cursor: `c${at}` })),
    { kind: 'disconnected', block: block(2), cursor: 'c3' },
  ]);
});

test('tail --filter: the gateway is asked for what passes, of the chain that is named', async () => {
  const page = json({ entries: [], cursor: 'c1', isEnd: true });
  const { asked, code } = await vchain(
    'tail --once --chain bns --from 100 --filter',
    [page],
    ['name=claim or height>=7'],
  );
  expect(code).toBe(0);
  expect(asked).toEqual(['/v1/chains/bns/log?from=100&filter=name=claim or height>=7&blocks=false&limit=500']);
});

test('status: machines as the gateway has them; a place that an option names comes before the gateway of the environment', async () => {
  const machine = {
    ...{ chain: 'kv', machine: 'kv', version: 1, build: 'kv_kv_v1_a', status: 'running', fault: null },
    ...{
      tip: { height: 120, hash: '', time: 1, consensusHash: 'cd'.repeat(16) },
      accepted: 3,
      rejected: 2,
      ignored: 1,
    },
  };
  const body = { network: 'regtest', machines: [machine] };
  // Two questions are asked at once: each answer has what is read of either.
  const both = { ...body, chains: [{ name: 'kv', machines: [{ name: 'kv', lagBlocks: 0, lagSeconds: 0 }] }] };
  const { out } = await vchain('status --json', [json(both), json(both)]);
  expect(JSON.parse(out)).toMatchObject({
    ...{ node: null, log: null },
    machines: [{ name: 'kv', schema: 'kv_kv_v1_a', height: 120, state: 'at tip', lagBlocks: 0, accepted: 3 }],
  });
  expect((await vchain('status', [json(both), json(both)])).out).toMatch(/kv +kv +1 .*120/);
  expect((await vchain('status --json --chain bns', [json(both), json(both)])).out).toContain('"machines":[]');
  const elsewhere = await vchain('status --node-url http://127.0.0.1:1', []);
  expect(elsewhere).toMatchObject({ code: 1, asked: [], err: expect.stringContaining('the node does not answer') });
});

const AS_OWNER = { VCHAIN_GATEWAY_TOKEN: `vct_${'A1'.repeat(21)}B` };
const webhook = {
  ...{ id: 'wh_1', chain: 'kv', machine: 'kv', url: 'https://receiver.example/secret', isPaused: false },
  ...{ deliveries: 7, failures: 2, failingSince: '2026-11-28T10:00:00Z', lastStatus: 'HTTP_500', nextTryAt: null },
};

test('status: webhooks of the token, and of those that fail since when, without what stands behind their host', async () => {
  const webhooks = [webhook, { ...webhook, id: 'wh_2', failures: 0 }, { ...webhook, id: 'wh_3', isPaused: true }];
  const all = Array.from({ length: 3 }, () => json({ machines: [], chains: [], webhooks }));
  const told = JSON.parse((await vchain('status --json', all, [], AS_OWNER)).out);
  expect(told.webhooks[0]).toEqual({
    ...{ id: 'wh_1', owner: null, chain: 'kv', machine: 'kv', origin: 'https://receiver.example', state: 'failing' },
    ...{ behindEntries: null, deliveries: 7, failures: 2, failingSince: webhook.failingSince },
    ...{ lastStatus: 'HTTP_500', nextTryAt: null },
  });
  expect(told.webhooks.map(({ state }: { readonly state: string }) => state)).toEqual([
    ...['failing', 'delivering', 'paused'],
  ]);
  const { out } = await vchain('status', all, [], AS_OWNER);
  expect(out).toMatch(/wh_2 +- +kv +kv +https:\/\/receiver.example +delivering +- +7/);
  expect(out).toContain('wh_1: HTTP_500 since 2026-11-28T10:00:00Z, 2 tries, the next one at once');
  expect(out).not.toContain('secret');
});

test.each([
  [403, 'SCOPE_MISSING'],
  [503, 'ACCESS_NOT_READY'],
  [404, 'NOT_FOUND'],
])('status: a token that may see no webhooks (%i %s) shows the rest', async (status, code) => {
  await using gateway = await ScriptedGateway.answering(({ pathname }) =>
    pathname === '/v1/webhooks' ? refusal(status, code) : json({ machines: [], chains: [] }),
  );
  const told = await vchain('status --json --gateway', [], [gateway.url], AS_OWNER);
  expect(told).toMatchObject({ code: 0, out: expect.stringContaining('"webhooks":null') });
});

test('other commands take no gateway', async () => {
  const { code, err } = await vchain('verify kv --gateway http://127.0.0.1:1', []);
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('--gateway') });
});
