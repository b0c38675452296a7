import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { findBitcoind, startRealParts } from './index.ts';

const suiteTimeoutMs = 180_000;
const cleanupTimeoutMs = 150_000;
const quiet = () => undefined;

async function isListening(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const socket = createConnection({ host: hostname, port: Number(port) });
  try {
    return await once(socket, 'connect').then(
      () => true,
      () => false,
    );
  } finally {
    socket.destroy();
  }
}

async function eventually(law: () => Promise<boolean>): Promise<boolean> {
  for (const deadline = Date.now() + cleanupTimeoutMs; Date.now() < deadline; await sleep(50))
    if (await law()) return true;
  return false;
}

/** Of nobody's key. */
const miningAddress = 'mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8';

/** The addresses of IPv4 that are listened on at these ports, as the kernel says. */
async function listeningAddresses(ports: readonly number[]): Promise<readonly string[]> {
  const rows = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
  return ports.flatMap((port) =>
    rows.flatMap(([, local = '', , state]) => {
      const [address = '', at = ''] = local.split(':');
      const isListening = state === '0A' && Number.parseInt(at, 16) === port;
      return isListening ? [[...Buffer.from(address, 'hex')].reverse().join('.')] : [];
    }),
  );
}

async function commandLines(): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
}

async function rpc(url: string, method: string, params: readonly unknown[]) {
  const { username, password, origin } = new URL(url);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const body = JSON.stringify({ jsonrpc: '1.0', id: 1, method, params });
  const answer = await fetch(origin, { method: 'POST', headers: { authorization }, body });
  return (await answer.json()) as { result: unknown; error: { code: number; message: string } | null };
}

test(
  'what was acknowledged survives kill -9 of the broker and of Postgres',
  async () => {
    await using parts = await startRealParts({ need: ['kafka', 'postgres'], log: quiet });
    const topic = `${parts.topicPrefix}.survives`;
    const kafka = new kafkajs.Kafka({ brokers: [...parts.kafka.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    await producer.send({ topic, acks: -1, messages: [{ key: '1', value: 'kept' }] });
    await producer.disconnect();
    await admin.disconnect();

    const url = await parts.postgres.createDatabase('survives');
    const before = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    before.on('error', quiet);
    await before.connect();
    await before.query('create table kept as select 1 as one');

    await Promise.all([parts.kafka.kill(), parts.postgres.kill()]);
    await Promise.all([parts.kafka.start(), parts.postgres.start()]);

    await admin.connect();
    const [offsets] = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    expect(offsets?.high).toBe('1');
    const after = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    await after.connect();
    expect(await after.query('select one from kept')).toMatchObject({ rows: [{ one: 1 }] });
    await after.end();
  },
  suiteTimeoutMs,
);

/** Every kind of node that this machine has: what holds of one is not said of the other. */
const realKinds = findBitcoind(process.env) === undefined ? ['btcd'] : ['btcd', 'bitcoind'];
const nodeKinds = [...realKinds, 'embedded'];

function nodeEnv(kind: string) {
  return {
    ...process.env,
    VCHAIN_NODE_URL: undefined,
    VCHAIN_LOCAL_NODE: kind,
    VCHAIN_BITCOIND: findBitcoind(process.env),
  };
}

test.each(realKinds)(
  'two nodes (%s) find each other, take a block of 4 MB, and keep their addresses when they start again',
  async (kind) => {
    await using parts = await startRealParts({ need: ['node'], log: quiet, env: nodeEnv(kind) });
    expect(parts.node.kind).toBe(kind);
    const second = await parts.startNode({ peers: [parts.node.p2pAddress ?? ''] });
    expect(await eventually(async () => (await rpc(second.url, 'getconnectioncount', [])).result === 1)).toBe(true);

    const answer = await rpc(parts.node.url, 'submitblock', ['00'.repeat(4_000_000)]);
    expect(answer.error?.message ?? answer.result).not.toMatch(/too large|request body/i);

    await parts.node.kill();
    await expect(rpc(parts.node.url, 'getblockcount', [])).rejects.toThrow();
    await parts.node.start();
    expect(await rpc(parts.node.url, 'getblockcount', [])).toMatchObject({ result: 0 });
  },
  suiteTimeoutMs,
);

test.each(nodeKinds)(
  'a node (%s) that is started empty has forgotten its chain and keeps its address',
  async (kind) => {
    await using parts = await startRealParts({ need: ['node'], log: quiet, env: nodeEnv(kind) });
    const url = parts.node.url;
    const mined = kind === 'btcd' ? ['generate', [3]] : ['generatetoaddress', [3, miningAddress]];
    await rpc(url, mined[0] as string, mined[1] as unknown[]);
    expect(await rpc(url, 'getblockcount', [])).toMatchObject({ result: 3 });
    await parts.node.startEmpty();
    expect(await rpc(url, 'getblockcount', [])).toMatchObject({ result: 0 });
  },
  suiteTimeoutMs,
);

test.each(nodeKinds)(
  'a node (%s) listens on 127.0.0.1 alone, and its password is on no command line',
  async (kind) => {
    await using parts = await startRealParts({ need: ['node'], log: quiet, env: nodeEnv(kind) });
    const { password } = new URL(parts.node.url);
    const { url: rpcUrl, p2pAddress, zmqUrl } = parts.node;
    const urls = [rpcUrl, ...(p2pAddress === undefined ? [] : [`tcp://${p2pAddress}`]), zmqUrl ?? rpcUrl];
    const ports = urls.map((url) => Number(new URL(url).port));
    expect(await listeningAddresses(ports)).toEqual(ports.map(() => '127.0.0.1'));
    const lines = await commandLines();
    expect(lines.some((line) => line.includes(parts.runDirectory))).toBe(true);
    for (const line of lines) expect(line).not.toContain(password);
  },
  suiteTimeoutMs,
);

test(
  'embedded parts: nothing is looked for, the log is a database of the run, and the node has its chain after kill -9',
  async () => {
    const said: string[] = [];
    const { VCHAIN_LOCAL_NODE: _, VCHAIN_BITCOIND: __, ...own } = process.env; // a node that is asked for comes first
    const env = { ...own, PATH: '', DOCKER_HOST: 'unix:///nowhere', VCHAIN_CACHE: '/nowhere' };
    const need = ['log', 'node', 'postgres'] as const;
    await using parts = await startRealParts({ need, embedded: 'first', env, log: (line) => said.push(line) });
    expect(parts.node).toMatchObject({ kind: 'embedded', source: 'embedded' });
    expect(parts.log).toMatchObject({ kind: 'postgres', source: 'embedded' });
    expect(said.filter((line) => /container|takes the place/.test(line))).toEqual([]);
    const { host, pathname } = new URL(parts.log.kind === 'postgres' ? parts.log.url : '');
    expect([host, pathname]).toEqual([new URL(parts.postgres.url).host, `/operation_log_${parts.runId}`]);

    const mined = await rpc(parts.node.url, 'generatetoaddress', [3, miningAddress]);
    const [, second, third] = mined.result as string[];
    await rpc(parts.node.url, 'invalidateblock', [third]);
    await parts.node.kill();
    await parts.node.start();
    expect(await rpc(parts.node.url, 'getbestblockhash', [])).toMatchObject({ result: second });
    await rpc(parts.node.url, 'reconsiderblock', [third]);
    await parts.node.restart();
    expect(await rpc(parts.node.url, 'getbestblockhash', [])).toMatchObject({ result: third });
    await expect(parts.startNode({ settings: ['txindex=0'] })).rejects.toMatchObject({ code: 'LOCAL_NODE_UNUSABLE' });
    const other = await parts.startNode();
    expect(other.kind).toBe('embedded');
  },
  suiteTimeoutMs,
);

test(
  'a caller that is killed leaves neither servers nor its run directory',
  async () => {
    const script = fileURLToPath(new URL('./real-parts.example.ts', import.meta.url));
    const caller = spawn(process.execPath, [script], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const [line] = (await once(createInterface({ input: caller.stdout }), 'line')) as [string];
    const { runDirectory, addresses } = JSON.parse(line) as { runDirectory: string; addresses: string[] };
    expect(await Promise.all(addresses.map(isListening))).toEqual(addresses.map(() => true));

    caller.kill('SIGKILL');

    const isGone = async () =>
      !existsSync(runDirectory) && !(await Promise.all(addresses.map(isListening))).includes(true);
    expect(await eventually(isGone)).toBe(true);
  },
  suiteTimeoutMs,
);

test(
  'the end of a run takes its files along, and its secrets are in no log',
  async () => {
    const said: string[] = [];
    const parts = await startRealParts({ need: ['node', 'postgres'], log: (line) => said.push(line) });
    const secrets = [parts.node.url, parts.postgres.url].map((url) => new URL(url).password);
    for (const name of ['node', 'postgres', 'watchdog']) {
      said.push(await readFile(`${parts.runDirectory}/logs/${name}.log`, 'utf8'));
    }
    await parts[Symbol.asyncDispose]();
    expect(existsSync(parts.runDirectory)).toBe(false);
    for (const secret of secrets) expect(said.join('\n')).not.toContain(secret);
  },
  suiteTimeoutMs,
);
