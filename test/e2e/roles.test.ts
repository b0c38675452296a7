/** The roles of `vchain roles` on a real Postgres that keeps the log as well: each service works with its own, and may do no more. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadChain, loadMachine } from '@virtualchain/definitions';
import { type RealParts, type RunningProcess, startRealParts } from '@virtualchain/local';
import { openProjection } from '@virtualchain/projection';
import { buildChain } from '@virtualchain/testing';
import { Client } from '../kit/postgres-client.ts';
import { statusesOf } from '../kit/projections.ts';
import { type ScriptedNode, startScriptedNode } from '../kit/scripted-node.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { startedLine } from '../kit/started-line.ts';
import { until } from '../kit/until.ts';
import { WebhookReceiver } from '../kit/webhook-receiver.ts';

const root = resolve(import.meta.dirname, '../..');
const VCHAIN = resolve(root, 'services/cli/src/main.ts');
const blocks = buildChain({ to: 3 });
const PASSWORDS = {
  VCHAIN_INGESTER_PASSWORD: 'of the ingester',
  VCHAIN_PROJECTOR_PASSWORD: 'of the projector',
  VCHAIN_GATEWAY_PASSWORD: 'of the gateway',
  VCHAIN_RELAY_PASSWORD: 'of the relay',
  VCHAIN_OPERATOR_PASSWORD: 'of the operator',
};

let parts: RealParts<'postgres'>;
let node: ScriptedNode;
let started = 0;
let prefix = '';
let database = '';
/** Who owns the database and may make roles, and is no superuser: what a hosted Postgres gives. */
let owner = '';

const RECEIVERS_HERE = [
  ...['--allow-private-addresses', '127.0.0.1/32', '--allow-http-webhooks', '--webhook-ports', '1-65535'],
] as const;

const spelled = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '_');
const as = (user: string, password: string) => Object.assign(new URL(database), { username: user, password }).href;
const asRole = (role: keyof typeof FORBIDDEN) => as(`${prefix}_${role}`, `of the ${role}`);

const vchain = (postgresUrl: string, ...args: readonly string[]) => vchainWith({}, postgresUrl, ...args);

const vchainWith = (settings: Readonly<Record<string, string>>, postgresUrl: string, ...args: readonly string[]) =>
  promisify(execFile)(process.execPath, [VCHAIN, ...args], {
    env: {
      ...settings,
      PATH: process.env['PATH'],
      VCHAIN_NETWORK: 'regtest',
      VCHAIN_POSTGRES_URL: postgresUrl,
      VCHAIN_LOG_POSTGRES_URL: postgresUrl,
      ...PASSWORDS,
    },
  });

function start(name: Exclude<keyof typeof FORBIDDEN, 'operator'>, ...args: readonly string[]): Promise<RunningProcess> {
  const url = asRole(name);
  return parts.startProcess({
    name: `roles-${++started}-${name}`,
    command: process.execPath,
    args: [resolve(root, `services/${name}/src/main.ts`), ...args],
    env: {
      PATH: process.env['PATH'],
      VCHAIN_NETWORK: 'regtest',
      VCHAIN_LOG_POSTGRES_URL: url,
      ...(name === 'ingester' ? { VCHAIN_NODE_URL: node.url, VCHAIN_POLL_MS: '100' } : { VCHAIN_POSTGRES_URL: url }),
    },
  });
}

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  node = await startScriptedNode();
  for (const { bytes } of blocks.slice(1)) node.model.submit(bytes);
  prefix = spelled(parts.runId);
  database = await parts.postgres.createDatabase(`roles_${prefix}`);
  await using server = await Client.connect(database);
  await server.rows(`create role ${prefix}_owner login createrole password 'word'`);
  await server.rows(`alter database roles_${prefix} owner to ${prefix}_owner`);
  owner = as(`${prefix}_owner`, 'word');
  // What a deployment had made before there were roles.
  const chain = await loadChain('kv', {});
  const instance = { chain, machine: await loadMachine('kv', chain, {}), network: 'regtest', parameters: {} };
  await (await openProjection(owner, instance)).close();
  const { stdout } = await vchain(owner, 'roles', '--role-prefix', prefix, '--json');
  expect(Object.keys(JSON.parse(stdout) as object)).toEqual(
    ['ingester', 'projector', 'gateway', 'relay', 'operator'].map((role) => `${prefix}_${role}`),
  );
  await using hands = await Client.connect(owner);
  await hands.rows('create schema theirs');
  await hands.rows('create table theirs.notes (text text)');
}, 180_000);

afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
  await node?.[Symbol.asyncDispose]();
}, 60_000);

describe('each service works with its role', () => {
  test('ingester and projector bring blocks into what was there, and the roles may be made again', async () => {
    await start('ingester', '--chain', 'kv');
    await start('projector', '--chain', 'kv', '--machine', 'kv');
    await until(
      'the newest block in Postgres',
      () => statusesOf(asRole('gateway')).catch(() => []),
      (found) => found[0]?.tip?.hash === blocks.at(-1)?.hash,
    );
    await vchain(owner, 'roles', '--role-prefix', prefix);
  }, 120_000);

  test('the projector may rebuild, and the gateway reads the build that it did not see made', async () => {
    await vchain(asRole('projector'), 'rebuild', 'kv', '--chain', 'kv');
    const gateway = await start('gateway', '--api-port', '0');
    const said = await until(
      'the gateway has started',
      async () => readFileSync(gateway.logFile, 'utf8'),
      (text) => text.includes('"started"'),
    );
    const address = /"address":"([^"]+)"/.exec(said)?.[1] ?? said;
    const ask = async (path: string) => (await fetch(`${address}${path}`)).json();
    const [, , , tip] = blocks;
    expect(await ask('/v1/chains/kv/machines/kv/blocks?limit=1')).toMatchObject({ entries: [{ hash: tip?.hash }] });
    expect(await ask('/v1/chains/kv/log?from=start')).toMatchObject({
      entries: [{}, {}, { block: { hash: tip?.hash } }],
    });
    expect((await vchain(asRole('gateway'), 'verify', 'kv')).stdout).not.toBe('');
  }, 120_000);

  test('the operator makes a token, the gateway registers its webhook, and the relay delivers', async () => {
    await using receiver = await WebhookReceiver.start();
    const made = await vchain(asRole('operator'), 'tokens', 'create', 'owner', '--scopes', 'read,webhooks', '--json');
    const { token } = JSON.parse(made.stdout) as { readonly token: string };
    const gateway = await start('gateway', '--api-port', '0', ...RECEIVERS_HERE);
    const { address } = await startedLine(gateway);
    await start('relay', ...RECEIVERS_HERE);
    const ask = async (method: string, path: string, body?: object) => {
      const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
      const response = await fetch(`${address}${path}`, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    };
    const wish = { url: receiver.url, chain: 'kv', machine: 'kv', from: 'start' };
    const { status, body } = await ask('POST', '/v1/webhooks', wish);
    expect({ status, body }).toMatchObject({ status: 201 });
    receiver.secrets = [(body as { readonly secret: string }).secret];
    const { id } = (body as { readonly webhook: { readonly id: string } }).webhook;
    await until(
      'the newest block is delivered',
      async () => receiver.entries.at(-1)?.blockHash,
      (hash) => hash === blocks.at(-1)?.hash,
    );
    for (const change of ['pause', 'resume', 'rotate'])
      expect(await ask('POST', `/v1/webhooks/${id}/${change}`)).toMatchObject({ status: 200 });
    expect(await ask('POST', `/v1/webhooks/${id}/redeliver`, { from: 'start' })).toMatchObject({ status: 200 });
    const { webhooks } = JSON.parse((await vchain(asRole('gateway'), 'status', '--json')).stdout) as {
      readonly webhooks: readonly object[];
    };
    expect(webhooks).toMatchObject([{ id, owner: 'owner', origin: new URL(receiver.url).origin }]);
    const asOwner = { VCHAIN_GATEWAY_TOKEN: token };
    const seen = await vchainWith(asOwner, asRole('gateway'), 'status', '--json', '--gateway', String(address));
    expect(JSON.parse(seen.stdout)).toMatchObject({ webhooks: [{ id, origin: new URL(receiver.url).origin }] });
    expect(JSON.parse((await vchain(asRole('projector'), 'status', '--json')).stdout)).toMatchObject({
      webhooks: null,
    });
    expect(await ask('DELETE', `/v1/webhooks/${id}`)).toMatchObject({ status: 200 });
    const audit = await vchain(asRole('operator'), 'tokens', 'audit', '--json');
    expect(JSON.parse(audit.stdout).changes).toHaveLength(7);
    expect((await vchain(asRole('operator'), 'tokens', 'revoke', 'owner')).stdout).toContain('owner is revoked');
    await vchain(owner, 'roles', '--role-prefix', prefix);
  }, 120_000);
});

const EVERYBODY = [
  'create role mine',
  'create database mine',
  'create temporary table mine ()',
  'create table public.mine ()',
  'select * from theirs.notes',
  'select rolpassword from pg_authid',
  "select pg_read_file('/etc/passwd')",
  "copy (select 1) to program 'true'",
  "alter system set work_mem = '1GB'",
];

const FORBIDDEN = {
  ingester: [
    'create schema mine',
    'select * from vchain.builds',
    'select * from kv_kv.names',
    'delete from kv_kv_v1_1.stored_operations',
    'drop schema kv_kv cascade',
  ],
  projector: [
    'select * from vchain_access.tokens',
    'select * from vchain_access.webhooks',
    "insert into vchain_log.topics (name) values ('mine')",
    'update vchain_log.topics set next_offset = 0',
    'delete from vchain_log.batches',
    'truncate vchain_log.batches',
    'create table vchain_log.mine ()',
    'drop schema vchain_log cascade',
  ],
  gateway: [
    'create schema mine',
    "update vchain.builds set status = 'retired'",
    'delete from kv_kv_v1_1.stored_operations',
    'update kv_kv_v1_1.checkpoint set sequence = 1',
    'truncate kv_kv_v1_1.blocks',
    'create table kv_kv.mine ()',
    'drop schema kv_kv cascade',
    'delete from vchain_log.batches',
    "insert into vchain_log.producers (transactional_id, epoch) values ('mine', 1)",
    "insert into vchain_access.tokens (name, hash, scopes) values ('mine', '', '{read}')",
    "update vchain_access.tokens set scopes = '{read,webhooks}'",
    'select secret from vchain_access.webhook_secrets',
    'update vchain_access.webhook_secrets set secret = null',
    'delete from vchain_access.webhook_secrets',
    "update vchain_access.webhooks set url = 'https://mine.example/'",
    'update vchain_access.webhooks set owner = 1',
    'select * from vchain_access.audit',
    'delete from vchain_access.audit',
    'create table vchain_access.mine ()',
  ],
  relay: [
    'create schema mine',
    'delete from kv_kv_v1_1.stored_operations',
    'select * from vchain_log.topics',
    'select hash from vchain_access.tokens',
    'update vchain_access.tokens set revoked_at = null',
    "update vchain_access.webhooks set url = 'https://mine.example/'",
    'update vchain_access.webhooks set is_paused = true',
    'delete from vchain_access.webhooks',
    'update vchain_access.webhook_secrets set secret = null',
    "insert into vchain_access.audit (actor, action, subject, detail) values ('me', 'none', 'none', '{}')",
  ],
  operator: [
    'create schema mine',
    "update vchain.builds set status = 'retired'",
    'select * from kv_kv.names',
    'delete from kv_kv_v1_1.stored_operations',
    'select * from vchain_log.topics',
  ],
} as const;

describe.each(Object.entries(FORBIDDEN))('%s', (role, own) => {
  const others = Object.keys(FORBIDDEN).filter((other) => other !== role);
  let client: Client;
  beforeAll(async () => {
    client = await Client.connect(asRole(role as keyof typeof FORBIDDEN));
  });
  afterAll(() => client.close());

  test.each([...own, ...EVERYBODY])('may not %s', async (statement) => {
    await expect(client.rows(statement)).rejects.toMatchObject({ code: '42501' });
  });

  test.each(others)('may not become the %s', async (other) => {
    await expect(client.rows(`set role ${prefix}_${other}`)).rejects.toMatchObject({ code: '42501' });
  });
});

test('a role of that name which may do more is not used', async () => {
  await using server = await Client.connect(database);
  await server.rows(`create role ${prefix}_strong_projector createdb`);
  await expect(vchain(owner, 'roles', '--role-prefix', `${prefix}_strong`)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/ROLE_TOO_STRONG: .*_strong_projector/),
  });
});
