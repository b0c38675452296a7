/** Who may ask a gateway what: tokens with scopes, their limits and their end, webhooks and their owners, and who changed what. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Access,
  createToken,
  openAccess,
  readAudit,
  revokeToken,
  rotateToken,
  type Scope,
} from '@virtualchain/access';
import { type AccessOptions, createApi, type ServedMachine, servedMachines } from '@virtualchain/gateway';
import { followFeed, questionsOf } from '@virtualchain/gateway-client';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { STRICT } from '@virtualchain/webhooks';
import { Client } from '../kit/postgres-client.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { until } from '../kit/until.ts';
import { KV_ENTRIES, KvFeed } from './kv-feed.ts';

let parts: RealParts<'postgres'>;
let databases = 0;
beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);
afterAll(async () => parts?.[Symbol.asyncDispose]());

let url: string;
let feed: KvFeed;
let access: Access;
let api: Awaited<ReturnType<typeof createApi>>;
let address: string;
const bugs: unknown[] = [];

beforeEach(async () => {
  url = await parts.postgres.createDatabase(`access_${++databases}`);
  feed = await KvFeed.open(url);
  await feed.publish(...KV_ENTRIES);
  access = openAccess(url);
});
afterEach(async () => {
  await api?.close();
  await access[Symbol.asyncDispose]();
  await feed[Symbol.asyncDispose]();
  expect(bugs.splice(0)).toEqual([]);
});

interface Start extends Partial<AccessOptions> {
  readonly corsOrigins?: readonly string[];
  readonly serve?: (machines: readonly ServedMachine[]) => readonly ServedMachine[];
}

async function startGateway(options: Start = {}) {
  const { corsOrigins, serve = (machines) => machines, ...more } = options;
  const { registry } = feed;
  const served = serve(await servedMachines(registry, 'regtest', { chains: [], machines: [] }));
  api = await createApi({
    ...{ registry, network: 'regtest', served, version: '1.2.3', requestsPerMinute: 1_000_000 },
    access: { db: access.db, areTokensRequired: true, policy: STRICT, ...more },
    ...(corsOrigins === undefined ? {} : { corsOrigins }),
    logs: { log: feed.log, topicOf: (chain) => `vchain.regtest.${chain}` },
    onBug: (error) => bugs.push(error),
  });
  address = await api.listen({ host: '127.0.0.1', port: 0 });
}

const tokenFor = (name: string, ...scopes: readonly Scope[]) => createToken(url, { name, scopes });

async function ask(path: string, token?: string, init: RequestInit = {}) {
  const response = await fetch(`${address}${path}`, {
    ...init,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...init.headers },
  });
  const text = await response.text();
  const { status, headers } = response;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as JSON
  return { status, headers, body: (text === '' ? null : JSON.parse(text)) as any };
}

const send = (method: 'POST' | 'DELETE', path: string, token: string | undefined, body?: unknown) =>
  ask(path, token, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });

interface Chains {
  '/v1/chains': { parameters: Record<never, never>; answer: unknown };
}

const FEED = '/v1/chains/kv/machines/kv/feed';
const HOOK = { url: 'https://receiver.example/hook?key=word', chain: 'kv', machine: 'kv' };

describe('where tokens are required', () => {
  beforeEach(() => startGateway());

  test('nothing of the network is told without one, and the page and the document are', async () => {
    for (const path of ['/v1/chains', '/v1/status', FEED, `${FEED}/events`, '/v1/chains/kv/log', '/v1/webhooks']) {
      const { status, headers, body } = await ask(path);
      expect({ path, status, code: body.code }).toEqual({ path, status: 401, code: 'TOKEN_MISSING' });
      expect(headers.get('www-authenticate')).toBe('Bearer realm="virtualchain"');
    }
    expect((await ask('/openapi.json')).body).toMatchObject({
      security: [{ token: [] }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    });
    expect((await ask('/v1/nothing')).status).toBe(404);
  });

  test('a token opens what its scopes say', async () => {
    const reader = await tokenFor('reader', 'read');
    const subscriber = await tokenFor('subscriber', 'subscribe');
    const owner = await tokenFor('owner', 'webhooks');
    const path = `${FEED}/events?from=start`;
    const statusOf = async (place: string, token: string) => {
      const stop = new AbortController();
      const { status } = await fetch(`${address}${place}`, {
        headers: { authorization: `Bearer ${token}` },
        signal: stop.signal,
      });
      stop.abort();
      return status;
    };
    expect(await Promise.all([FEED, path, '/v1/webhooks'].map((each) => statusOf(each, reader)))).toEqual([
      200, 403, 403,
    ]);
    expect(await Promise.all([FEED, path, '/v1/webhooks'].map((each) => statusOf(each, subscriber)))).toEqual([
      ...[403, 200, 403],
    ]);
    expect(await Promise.all([FEED, path, '/v1/webhooks'].map((each) => statusOf(each, owner)))).toEqual([
      403, 403, 200,
    ]);
    expect((await ask(path, reader)).body.code).toBe('SCOPE_MISSING');
  });

  test.each([
    ['another token of the same length', `vct_${'A'.repeat(43)}`],
    ['no token', 'word'],
    ['a token cut short', 'vct_AAAA'],
    ['SQL', "vct_' or '1'='1"],
  ])('%s opens nothing', async (_what, token) => {
    await tokenFor('reader', 'read');
    expect(await ask(FEED, token)).toMatchObject({ status: 401, body: { code: 'TOKEN_INVALID' } });
  });

  test('the password of a login is a token, for what knows only logins', async () => {
    const token = await tokenFor('reader', 'read');
    const authorization = `Basic ${Buffer.from(`anybody:${token}`).toString('base64')}`;
    expect((await ask(FEED, undefined, { headers: { authorization } })).status).toBe(200);
  });

  test('what was revoked, rotated or has expired opens nothing any more', async () => {
    const [revoked, rotated, expired] = [
      await tokenFor('revoked', 'read'),
      await tokenFor('rotated', 'read'),
      await createToken(url, { name: 'expired', scopes: ['read'], expiresInDays: 1 }),
    ];
    for (const token of [revoked, rotated, expired]) expect((await ask(FEED, token)).status).toBe(200);
    await revokeToken(url, 'revoked');
    const newer = await rotateToken(url, 'rotated');
    await using hands = await Client.connect(url);
    await hands.rows("update vchain_access.tokens set expires_at = now() where name = 'expired'");
    for (const token of [revoked, rotated, expired])
      await until(
        'it is refused',
        () => ask(FEED, token),
        ({ status }) => status === 401,
        30_000,
      );
    expect((await ask(FEED, newer)).status).toBe(200);
  });

  test('the table has no token in it', async () => {
    const token = await tokenFor('reader', 'read');
    await using hands = await Client.connect(url);
    const rows = await hands.rows(
      "select *, encode(hash, 'hex') as hex, encode(hash, 'base64') as base64 from vchain_access.tokens",
    );
    expect(JSON.stringify(rows)).not.toContain(token.slice(4));
  });

  test('the client brings its token over either transport, and is let go when that is revoked', async () => {
    const token = await tokenFor('client', 'read', 'subscribe');
    const of = { gateway: address, chain: 'kv', machine: 'kv', from: 'start' } as const;
    const stop = new AbortController();
    const all: string[][] = [];
    for (const transport of ['sse', 'websocket'] as const) {
      const kinds: string[] = [];
      for await (const { kind } of followFeed({ ...of, transport, token, signal: stop.signal })) {
        kinds.push(kind);
        if (kinds.length === 25) break;
      }
      all.push(kinds);
    }
    expect(all[0]).toEqual(all[1]);
    await expect(questionsOf<Chains>(address)('/v1/chains')).rejects.toMatchObject({ code: 'TOKEN_MISSING' });
    expect(await questionsOf<Chains>(address, { token })('/v1/chains')).toMatchObject({
      network: 'regtest',
    });
    let heard = 0;
    const ended = (async () => {
      for await (const _ of followFeed({ ...of, token, signal: stop.signal })) heard += 1;
    })();
    const refused = expect(ended).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    await until(
      'it listens',
      async () => heard,
      (entries) => entries === 25,
    );
    await revokeToken(url, 'client');
    await refused;
    stop.abort();
  }, 60_000);

  test('a WebSocket of a browser brings it as a subprotocol, and is not told it back', async () => {
    const token = await tokenFor('browser', 'subscribe');
    const place = `${address.replace('http', 'ws')}${FEED}/socket?from=start`;
    const socket = new WebSocket(place, ['virtualchain', `bearer.${token}`]);
    await new Promise((opened, failed) => {
      socket.addEventListener('open', opened);
      socket.addEventListener('error', failed);
    });
    expect(socket.protocol).toBe('virtualchain');
    socket.close();
    const refused = new WebSocket(place, ['virtualchain', `bearer.vct_${'A'.repeat(43)}`]);
    await new Promise((failed) => refused.addEventListener('error', failed));
  });
});

test('every question of the document needs a token, one at an address of the machine too', async () => {
  await startGateway({
    serve: (machines) =>
      machines.map(({ instance, reader }) => {
        const [[name, query] = ['', null]] = Object.entries(instance.machine.queries ?? {});
        const queries = { [name]: { ...(query as object), paths: ['/elsewhere'] } };
        return {
          reader,
          instance: { ...instance, machine: { ...instance.machine, queries } },
        } as unknown as ServedMachine;
      }),
  });
  const { paths } = (await ask('/openapi.json')).body as { paths: Readonly<Record<string, object>> };
  expect(Object.keys(paths)).toContain('/elsewhere');
  expect(Object.keys(paths).length).toBeGreaterThan(20);
  for (const [path, methods] of Object.entries(paths))
    for (const method of Object.keys(methods)) {
      const place = path.replaceAll(/\{\w+\}/g, '1');
      const { status } = await fetch(`${address}${place}`, { method: method.toUpperCase() });
      expect({ method, path, status }).toEqual({ method, path, status: 401 });
    }
});

test('without required tokens everybody reads, a token that is brought is checked, and webhooks need one', async () => {
  await startGateway({ areTokensRequired: false });
  expect((await ask(FEED)).status).toBe(200);
  expect((await ask(FEED, 'word')).status).toBe(401);
  expect((await ask('/v1/webhooks')).body.code).toBe('TOKEN_MISSING');
  expect((await send('POST', '/v1/webhooks', undefined, HOOK)).status).toBe(401);
});

test('a token has a limit of its own, wherever its holder asks from', async () => {
  await startGateway({ requestsPerToken: 1_000 });
  const few = await createToken(url, { name: 'few', scopes: ['read'], requestsPerMinute: 3 });
  const many = await tokenFor('many', 'read');
  const answers = [];
  for (let i = 0; i < 5; i++) answers.push((await ask(FEED, few)).status);
  expect(answers).toEqual([200, 200, 200, 429, 429]);
  const refused = await ask(FEED, few);
  expect(refused.body).toMatchObject({ code: 'RATE_LIMITED', detail: expect.stringContaining('token few') });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await ask(FEED, many)).status).toBe(200);
});

test('pages of other places ask where settings let them', async () => {
  await startGateway({ corsOrigins: ['https://page.example'] });
  const token = await tokenFor('page', 'read', 'subscribe');
  const from = (origin: string) => ({ headers: { origin } });
  const asked = await ask(FEED, token, from('https://page.example'));
  expect(asked.headers.get('access-control-allow-origin')).toBe('https://page.example');
  expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
  expect((await ask(FEED, token, from('https://other.example'))).headers.get('access-control-allow-origin')).toBeNull();
  const refused = await ask(FEED, undefined, from('https://page.example'));
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, 'https://page.example']);
  const preflight = await fetch(`${address}/v1/webhooks`, {
    method: 'OPTIONS',
    headers: {
      ...{ origin: 'https://page.example', 'access-control-request-method': 'POST' },
      'access-control-request-headers': 'authorization,content-type',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
  const stop = new AbortController();
  const stream = await fetch(`${address}${FEED}/events`, {
    ...{ signal: stop.signal, headers: { origin: 'https://page.example', authorization: `Bearer ${token}` } },
  });
  expect([stream.status, stream.headers.get('access-control-allow-origin')]).toEqual([200, 'https://page.example']);
  stop.abort();
});

describe('webhooks', () => {
  let owner: string;
  beforeEach(async () => {
    await startGateway();
    owner = await tokenFor('owner', 'webhooks');
  });

  test('one is registered, shown with its secret once, paused, resumed, begun anew, rotated and deleted', async () => {
    const made = await send('POST', '/v1/webhooks', owner, { ...HOOK, filter: 'name=claim', confirmations: 3 });
    expect(made).toMatchObject({
      status: 201,
      body: {
        webhook: { ...HOOK, filter: 'name=claim', blocks: true, confirmations: 3, isPaused: false, deliveries: 0 },
        secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      },
    });
    expect(made.headers.get('cache-control')).toBe('no-store');
    const { id, cursor } = made.body.webhook;
    expect(cursor).toMatch(/^[0-9a-f]{32}:[0-9]+$/);
    const place = `/v1/webhooks/${id}`;
    expect((await ask('/v1/webhooks', owner)).body).toEqual({ webhooks: [made.body.webhook] });
    expect((await ask(place, owner)).body).toEqual(made.body.webhook);
    expect((await send('POST', `${place}/pause`, owner)).body.isPaused).toBe(true);
    expect((await send('POST', `${place}/resume`, owner)).body.isPaused).toBe(false);
    const anew = await send('POST', `${place}/redeliver`, owner, { from: 'start' });
    expect(anew.body).toMatchObject({ generation: 2, cursor: cursor.replace(/:.*/, ':0') });
    const rotated = await send('POST', `${place}/rotate?overlapSeconds=60`, owner);
    expect(rotated.body.secret).toMatch(/^whsec_/);
    expect(rotated.body.secret).not.toBe(made.body.secret);
    expect(await send('DELETE', place, owner)).toMatchObject({ status: 200, body: { id } });
    expect((await ask(place, owner)).status).toBe(404);
    await using hands = await Client.connect(url);
    expect(await hands.rows('select * from vchain_access.webhook_secrets')).toEqual([]);
    const told = await readAudit(access.db, 100);
    expect(told.map(({ actor, action }) => `${actor} ${action}`).reverse()).toEqual([
      ...['operator token.created', 'owner webhook.registered', 'owner webhook.paused', 'owner webhook.resumed'],
      ...['owner webhook.redelivered', 'owner webhook.secret-rotated', 'owner webhook.deleted'],
    ]);
    expect(JSON.stringify(told)).not.toMatch(/whsec_|vct_|key=word/);
  });

  test('another token sees nothing of them, and changes nothing', async () => {
    const other = await tokenFor('other', 'webhooks');
    const { id } = (await send('POST', '/v1/webhooks', owner, HOOK)).body.webhook;
    const place = `/v1/webhooks/${id}`;
    expect((await ask('/v1/webhooks', other)).body).toEqual({ webhooks: [] });
    expect((await ask(place, other)).status).toBe(404);
    for (const change of ['pause', 'resume', 'rotate'])
      expect((await send('POST', `${place}/${change}`, other)).status).toBe(404);
    expect((await send('POST', `${place}/redeliver`, other, { from: 'start' })).status).toBe(404);
    expect((await send('DELETE', place, other)).status).toBe(404);
    expect((await ask(place, owner)).body.isPaused).toBe(false);
    expect((await readAudit(access.db, 100)).map(({ actor }) => actor)).not.toContain('other');
  });

  test.each([
    ['a private address', { url: 'https://10.0.0.1/' }, 400, 'ADDRESS_REFUSED'],
    ['clear text', { url: 'http://receiver.example/' }, 400, 'ADDRESS_REFUSED'],
    ['a filter that does not read', { filter: 'name=' }, 400, 'QUESTION_INVALID'],
    ['a machine that is not there', { machine: 'none' }, 404, 'NOT_FOUND'],
    ['a cursor that is none', { after: 'word' }, 400, 'QUESTION_INVALID'],
    ['a cursor of another build', { after: `${'ab'.repeat(16)}:3` }, 410, 'FEED_GONE'],
    ['both ends of a beginning', { from: 'now', after: 'ab'.repeat(32) }, 400, 'QUESTION_INVALID'],
    ['a field that is not known', { secret: 'word' }, 400, 'QUESTION_INVALID'],
    ['too many confirmations', { confirmations: 1_001 }, 400, 'QUESTION_INVALID'],
    ['no address', { url: undefined }, 400, 'QUESTION_INVALID'],
  ])('%s is refused', async (_what, changed, status, code) => {
    expect(await send('POST', '/v1/webhooks', owner, { ...HOOK, ...changed })).toMatchObject({
      status,
      body: { code },
    });
    expect((await ask('/v1/webhooks', owner)).body.webhooks).toEqual([]);
  });

  test('bodies are bounded, and what is no JSON is refused', async () => {
    const large = await send('POST', '/v1/webhooks', owner, {
      ...HOOK,
      url: `https://r.example/${'a'.repeat(20_000)}`,
    });
    expect(large.body).toMatchObject({
      status: 400,
      code: 'QUESTION_INVALID',
      detail: expect.stringContaining('too large'),
    });
    const headers = { 'content-type': 'application/json' };
    expect((await ask('/v1/webhooks', owner, { method: 'POST', body: '{', headers })).status).toBe(400);
    expect((await ask('/v1/webhooks', owner, { method: 'POST', body: 'a=b' })).status).toBe(400);
    expect((await send('POST', FEED, owner, {})).status).toBe(405);
  });

  test('a token has a hundred at most, however fast it asks for more', async () => {
    for (let i = 0; i < 95; i++) await send('POST', '/v1/webhooks', owner, HOOK);
    const more = await Promise.all(Array.from({ length: 10 }, () => send('POST', '/v1/webhooks', owner, HOOK)));
    expect(more.map(({ status }) => status).sort()).toEqual([...Array(5).fill(201), ...Array(5).fill(409)]);
    expect(more.find(({ status }) => status === 409)?.body.code).toBe('WEBHOOKS_TOO_MANY');
  }, 60_000);

  test('four secrets are valid at once, and no more', async () => {
    const { id } = (await send('POST', '/v1/webhooks', owner, HOOK)).body.webhook;
    const rotate = (overlapSeconds?: number) =>
      send(
        'POST',
        `/v1/webhooks/${id}/rotate${overlapSeconds === undefined ? '' : `?overlapSeconds=${overlapSeconds}`}`,
        owner,
      );
    expect([await rotate(), await rotate(), await rotate()].map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await rotate()).body.code).toBe('SECRETS_TOO_MANY');
    expect((await rotate(0)).status).toBe(200);
  });
});

test('a gateway whose database has no tables for it lets nobody in, and does not fall over', async () => {
  await startGateway();
  expect(await ask(FEED, `vct_${'A'.repeat(43)}`)).toMatchObject({ status: 401, body: { code: 'TOKEN_INVALID' } });
});

describe('the table of tokens', () => {
  test.each([
    ['a name that is taken', { name: 'taken', scopes: ['read'] as const }, /there is or was/],
    ['a name that cannot be read', { name: 'no name', scopes: ['read'] as const }, /cannot be called/],
    ['no scope', { name: 'none', scopes: [] }, /lets nobody in/],
  ])('%s is refused', async (_what, wish, why) => {
    await createToken(url, { name: 'taken', scopes: ['read'] });
    await revokeToken(url, 'taken'); // changes are logged under it: no other token gets it
    await expect(createToken(url, wish)).rejects.toMatchObject({
      code: 'TOKEN_REFUSED',
      message: expect.stringMatching(why),
    });
  });

  test('what is not there is neither revoked nor rotated, and what was revoked is not either', async () => {
    await expect(revokeToken(url, 'nobody')).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
    await createToken(url, { name: 'one', scopes: ['read'] });
    await revokeToken(url, 'one');
    await expect(revokeToken(url, 'one')).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
    await expect(rotateToken(url, 'one')).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
    expect((await readAudit(access.db, 100)).map(({ action }) => action)).toEqual(['token.revoked', 'token.created']);
  });
});
