/**
 * Passwords that can be told from everything else, in every setting that takes one: nothing that a service says shows any of them, when all
 * is well, when its servers are away, and when they refuse it. What commands say is held to the same in `services/cli`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { buildChain } from '@virtualchain/testing';
import { freePorts } from '../../infra/local/src/ports.ts';
import { makeCertificate } from '../kit/certificate.ts';
import { Client } from '../kit/postgres-client.ts';
import { type ScriptedNode, startScriptedNode } from '../kit/scripted-node.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { until } from '../kit/until.ts';

const root = resolve(import.meta.dirname, '../..');
/** In every password; what is behind it has to be encoded in a URL, in JSON, or in both. */
const MARK = 'PLANTED';
const passwordOf = (what: string) => `${MARK}-${what}-"%/@`;

type Settings = Readonly<Record<string, string>>;
let parts: RealParts<'postgres'>;
let node: ScriptedNode;
let database: URL;
let cookieFile = '';
/** Settings of brokers that nobody is; without a certificate where there is no openssl. */
let brokers: Settings;
/** What must not be seen beside what has the mark: the same in base64, and a line of a key. */
const hidden: string[] = [MARK];

const withLogin = (address: string | URL, user: string, password: string) =>
  Object.assign(new URL(address), { username: encodeURIComponent(user), password: encodeURIComponent(password) }).href;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  node = await startScriptedNode();
  node.login = `me:${passwordOf('node')}`;
  for (const { bytes } of buildChain({ to: 3 }).slice(1)) node.model.submit(bytes);
  const name = parts.runId.toLowerCase().replace(/[^a-z0-9]/g, '_');
  database = new URL(await parts.postgres.createDatabase(`secrets_${name}`));
  await using hands = await Client.connect(database.href);
  const user = `planted_${name}`;
  await hands.rows(`create role ${user} login password '${passwordOf('postgres')}'`);
  await hands.rows(`grant create on database secrets_${name} to ${user}`);
  database = new URL(withLogin(database, user, passwordOf('postgres')));
  const folder = join(parts.runDirectory, 'secrets');
  mkdirSync(folder);
  cookieFile = join(folder, '.cookie');
  writeFileSync(cookieFile, `__cookie__:${passwordOf('cookie')}`);
  const certificate = makeCertificate(folder);
  brokers = {
    VCHAIN_KAFKA_BROKERS: '127.0.0.1:1',
    VCHAIN_KAFKA_SASL: 'scram-sha-256',
    VCHAIN_KAFKA_USERNAME: 'me',
    VCHAIN_KAFKA_PASSWORD: passwordOf('kafka'),
    ...(certificate === null
      ? {}
      : { VCHAIN_KAFKA_TLS: 'true', VCHAIN_KAFKA_CERT: certificate.cert, VCHAIN_KAFKA_KEY: certificate.key }),
  };
  const logins = [node.login, `${user}:${passwordOf('postgres')}`, `__cookie__:${passwordOf('cookie')}`];
  hidden.push(...logins.map((login) => Buffer.from(login).toString('base64')));
  if (certificate !== null) hidden.push(readFileSync(certificate.key, 'utf8').split('\n')[3] ?? MARK);
}, 180_000);

afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
  await node?.[Symbol.asyncDispose]();
}, 60_000);

const ARGUMENTS = {
  ingester: ['--chain', 'kv'],
  projector: ['--chain', 'kv', '--machine', 'kv'],
  gateway: [],
  relay: [],
} as const;
const PAGES = ['/status', '/health', '/ready', '/metrics', '/elsewhere'];
const QUESTIONS = ['/openapi.json', '/docs', '/v1/status', '/v1/topology', '/v1/chains/kv/log'];

/** All that a service says until it is stopped: its lines, its pages and answers, and what a list of processes shows of it. */
async function saidBy(service: keyof typeof ARGUMENTS, settings: Settings, enough: RegExp): Promise<string> {
  const [http, api] = await freePorts(2);
  const process_ = await parts.startProcess({
    name: `secrets-${service}-${http}`,
    command: process.execPath,
    args: [resolve(root, `services/${service}/src/main.ts`), ...ARGUMENTS[service]],
    env: {
      PATH: process.env['PATH'],
      VCHAIN_NETWORK: 'regtest',
      VCHAIN_LOG_LEVEL: 'debug',
      VCHAIN_HTTP_PORT: String(http),
      ...(service === 'gateway' ? { VCHAIN_API_PORT: String(api) } : {}),
      ...settings,
    },
  });
  const lines = () => readFileSync(process_.logFile, 'utf8');
  let ended = false;
  void process_.exited.then(() => {
    ended = true;
  });
  await until(
    `${service} says ${enough}`,
    async () => lines(),
    (text) => enough.test(text) || ended,
    120_000,
  );
  const asked = [...PAGES.map((path) => [http, path]), ...QUESTIONS.map((path) => [api, path])];
  const answers = await Promise.all(
    asked.map(([port, path]) =>
      fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(10_000) }).then(
        (response) => response.text(),
        () => '',
      ),
    ),
  );
  const pid = /"pid":(\d+)/.exec(lines())?.[1];
  const listed = await commandLineOf(pid);
  await process_.kill('SIGTERM');
  await process_.exited;
  expect(lines()).toMatch(enough);
  return [lines(), ...answers, listed].join('\n');
}

/** Nothing where the system keeps no such file, or the process has ended. */
async function commandLineOf(pid: string | undefined): Promise<string> {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

const shown = (said: string) => hidden.filter((secret) => said.includes(secret));

/** Only the services with a database of their own are told of it. */
const withDatabase = (service: keyof typeof ARGUMENTS, url: string): Settings =>
  service === 'ingester' ? {} : { VCHAIN_POSTGRES_URL: url };

test.each([
  ['ingester', /"started"/],
  ['projector', /"started"/],
  ['gateway', /"started"/],
  ['relay', /"delivers"/],
] as const)(
  'all is well: %s',
  async (service, enough) => {
    const said = await saidBy(
      service,
      {
        VCHAIN_LOG_POSTGRES_URL: database.href,
        ...withDatabase(service, database.href),
        ...(service === 'ingester' ? { VCHAIN_NODE_URL: withLogin(node.url, 'me', passwordOf('node')) } : {}),
      },
      enough,
    );
    expect(said).toContain('"service":"');
    expect(shown(said)).toEqual([]);
  },
  150_000,
);

test.each([
  ['ingester', /NODE_UNREACHABLE|ECONNREFUSED/],
  ['projector', /DATABASE_UNAVAILABLE|BROKER_UNAVAILABLE|ECONNREFUSED/],
  ['gateway', /DATABASE_UNAVAILABLE|ECONNREFUSED/],
  ['relay', /BROKER_UNAVAILABLE/],
] as const)(
  'servers are away: %s',
  async (service, enough) => {
    const away = withLogin('http://127.0.0.1:1', 'me', passwordOf('node'));
    const said = await saidBy(
      service,
      {
        ...brokers,
        ...withDatabase(service, Object.assign(new URL(database), { port: '1' }).href),
        ...(service === 'ingester' ? { VCHAIN_NODE_URL: `${away},${away.replace(':1/', ':1/hosted')}` } : {}),
      },
      enough,
    );
    expect(shown(said)).toEqual([]);
  },
  150_000,
);

test.each([
  ['ingester, by a node and its cookie', 'ingester', /NODE_UNAUTHORIZED/],
  ['ingester, by the database of the log', 'ingester', /BROKER_REFUSED/],
  ['projector', 'projector', /DATABASE_REFUSED|BROKER_REFUSED/],
  ['gateway', 'gateway', /DATABASE_REFUSED/],
  ['relay', 'relay', /BROKER_REFUSED/],
] as const)(
  'a password is refused: %s',
  async (how, service, enough) => {
    const wrong = Object.assign(new URL(database), { password: encodeURIComponent(passwordOf('wrong')) }).href;
    const isByCookie = how.includes('cookie');
    const login = isByCookie
      ? { VCHAIN_NODE_URL: new URL(node.url).origin, VCHAIN_NODE_COOKIE_FILE: cookieFile }
      : { VCHAIN_NODE_URL: withLogin(node.url, 'me', passwordOf('node')) };
    const said = await saidBy(
      service,
      {
        VCHAIN_LOG_POSTGRES_URL: isByCookie ? database.href : wrong,
        ...withDatabase(service, wrong),
        ...(service === 'ingester' ? login : {}),
      },
      enough,
    );
    expect(shown(said)).toEqual([]);
  },
  150_000,
);
