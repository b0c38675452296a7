import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { EXPECTED_NAMES } from '../../services/cli/src/demo/script.ts';
import { until } from '../kit/until.ts';
import { docker, healthyLimitMs, type Installation, inspect, installation, root } from './installation.ts';

jest.setTimeout(900_000);

const SERVICES = [
  'kafka',
  'postgres',
  'bitcoind',
  'ingester',
  'projector-bns',
  'projector-activity',
  'gateway',
  'relay',
];
const MACHINES = ['bns', 'activity'];

interface Status {
  readonly node: { readonly network: string; readonly height: number; readonly hash: string };
  readonly log: { readonly height: number; readonly hash: string };
  readonly machines: readonly {
    readonly name: string;
    readonly height: number | null;
    readonly consensusHash: string | null;
  }[];
}

let here: Installation;
let tip: Status;

async function status(): Promise<Status> {
  return JSON.parse(
    (await here.compose('run', '--rm', '--no-deps', '-T', 'vchain', 'status', '--json')).trim(),
  ) as Status;
}

/** Waits until log and machines stand where the node stands. */
async function untilLevel(): Promise<Status> {
  const isLevel = ({ node, log, machines }: Status) =>
    node.hash === log.hash &&
    machines.length === MACHINES.length &&
    machines.every(({ height }) => height === node.height);
  return until('log and machines are level with the node', status, isLevel, healthyLimitMs);
}

async function askNode(...call: readonly string[]): Promise<string> {
  return here.compose('exec', '-T', 'bitcoind', 'bitcoin-cli', '-conf=/run/vchain/bitcoin.conf', ...call);
}

async function mine(): Promise<void> {
  await askNode('generatetoaddress', '1', 'mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8');
}

async function anonymousVolumes(): Promise<readonly string[]> {
  return (await docker.run(['volume', 'ls', '--quiet'])).split('\n').filter((name) => /^[0-9a-f]{64}$/.test(name));
}

let anonymousBefore: readonly string[];

beforeAll(async () => {
  anonymousBefore = await anonymousVolumes();
  here = installation();
  await here.compose('build', 'ingester');
  await here.up();
});

afterAll(async () => {
  await here[Symbol.asyncDispose]();
});

test('everything is healthy after `docker compose up --wait`', async () => {
  await here.untilHealthy();
  const names = (await here.containers()).filter(({ State }) => State.Status === 'running').map(({ Name }) => Name);
  expect(names.sort()).toEqual(SERVICES.map((service) => `/${here.project}-${service}-1`).sort());
});

test('ports are published on 127.0.0.1 alone', async () => {
  const published = (await here.containers()).flatMap(({ NetworkSettings }) =>
    Object.values(NetworkSettings.Ports).flatMap((bindings) => bindings ?? []),
  );
  expect(published.length).toBeGreaterThanOrEqual(SERVICES.length);
  expect([...new Set(published.map(({ HostIp }) => HostIp))]).toEqual(['127.0.0.1']);
});

test('memory is bounded and logs rotate', async () => {
  for (const { Name, HostConfig } of await here.containers()) {
    expect([Name, HostConfig.Memory > 0]).toEqual([Name, true]);
    if (!Name.includes('-secrets-'))
      expect(HostConfig.LogConfig.Config).toMatchObject({ 'max-size': '10m', 'max-file': '3' });
  }
});

test('each secret is in the volume of its one reader, closed to other users, and on no command line', async () => {
  const volumes = new Map<string, string[]>();
  for (const { Name, Mounts } of await here.containers()) {
    if (Name.includes('-secrets-')) continue;
    for (const { Name: volume = '' } of Mounts)
      if (volume.includes('_secrets-')) volumes.set(volume, [...(volumes.get(volume) ?? []), Name]);
  }
  const readers = Object.fromEntries([...volumes].map(([volume, names]) => [volume.split('_')[1], names.sort()]));
  const name = (service: string) => `/${here.project}-${service}-1`;
  expect(readers).toEqual({
    'secrets-postgres': [name('postgres')],
    'secrets-bitcoind': [name('bitcoind')],
    'secrets-ingester': [name('ingester')],
    'secrets-projector': [name('projector-activity'), name('projector-bns')],
    'secrets-gateway': [name('gateway')],
    'secrets-relay': [name('relay')],
    'secrets-roles': [name('roles')],
  });
  for (const service of ['postgres', 'bitcoind', 'ingester', 'projector-bns', 'gateway', 'relay']) {
    const modes = await here.compose('exec', '-T', service, 'sh', '-c', 'stat -c %a /run/vchain /run/vchain/*');
    expect([service, ...new Set(modes.split(/\s+/).filter(Boolean))]).toEqual([service, '500', '400']);
  }
  const passwords = await Promise.all(
    [
      ['postgres', '/run/vchain/postgres_password'],
      ['bitcoind', '/run/vchain/rpc_password'],
    ].map(([service = '', file = '']) => here.compose('exec', '-T', '--user', 'root', service, 'cat', file)),
  );
  const told = JSON.stringify(await here.containers());
  const lines = await docker.run(['ps', '--no-trunc', '--format', '{{.Command}}']);
  for (const password of passwords) {
    expect(password).toMatch(/^[0-9a-f]{48}$/);
    expect(told).not.toContain(password);
    expect(lines).not.toContain(password);
  }
});

test('a command inside a container reads the variables that end in _FILE', async () => {
  const inIngester = await here.compose('exec', '-T', 'ingester', 'node', 'services/cli/src/main.ts', 'status');
  expect(inIngester).toMatch(/^node {6}bitcoind:8332, regtest, height 0/m);
  expect(inIngester).toContain('machines  not given');
  const inProjector = await here.compose('exec', '-T', 'projector-bns', 'node', 'services/cli/src/main.ts', 'status');
  expect(inProjector).toMatch(/^bns +/m);
});

test('`--profile demo` mines and sends, and ends with the names that were worked out by hand', async () => {
  await here.compose('--profile', 'demo', 'up', '--no-build', '--detach', 'demo');
  const [id = ''] = (await here.compose('--profile', 'demo', 'ps', '--all', '--quiet', 'demo')).split('\n');
  expect((await docker.run(['wait', id])).trim()).toBe('0');
  tip = await untilLevel();
  const rows = await here.compose('run', '--rm', '--no-deps', '-T', 'vchain', 'state', 'bns', 'names', '--json');
  const names = (JSON.parse(rows) as { readonly rows: { readonly name: string; readonly op: string }[] }).rows.map(
    ({ name, op }) => [name, op],
  );
  expect(names.sort()).toEqual(EXPECTED_NAMES.map(({ name, op }) => [name, op]));
  const gateway = `http://${(await here.compose('port', 'gateway', '8090')).trim()}`;
  expect((await fetch(gateway)).headers.get('content-type')).toContain('text/html');
  const served = await until(
    'the gateway serves both machines',
    async () => (await (await fetch(`${gateway}/v1/status`)).json()) as { machines: { tip: { hash: string } }[] },
    ({ machines }) => machines.length === MACHINES.length,
  );
  expect(served.machines.map((machine) => machine.tip.hash)).toEqual(MACHINES.map(() => tip.node.hash));
  for (const machine of MACHINES)
    expect(await here.compose('run', '--rm', '--no-deps', '-T', 'vchain', 'verify', machine)).toContain(
      'all hashes agree',
    );
});

test('`--profile watch` scrapes every service, has the alerts, and a board', async () => {
  const watched = ['prometheus', 'grafana'];
  await here.compose('--profile', 'watch', 'up', '--no-build', '--detach', '--wait', '--no-deps', ...watched);
  const place = async (service: string, port: string) =>
    `http://${(await here.compose('--profile', 'watch', 'port', service, port)).trim()}`;
  const prometheus = await place('prometheus', '9090');
  const ask = async (path: string) => (await (await fetch(`${prometheus}${path}`)).json()) as { readonly data: never };
  const up = await until(
    'every service is scraped',
    async () =>
      (await ask('/api/v1/query?query=up')).data['result'] as { metric: { job: string }; value: [number, string] }[],
    (found) => found.length === 5 && found.every(({ value }) => value[1] === '1'),
    healthyLimitMs,
  );
  expect(up.map(({ metric }) => metric.job).sort()).toEqual([
    ...['vchain-gateway', 'vchain-ingester', 'vchain-projector', 'vchain-projector', 'vchain-relay'],
  ]);
  const rules = (await ask('/api/v1/rules')).data['groups'] as { rules: { name: string; health: string }[] }[];
  expect(rules.flatMap((group) => group.rules).length).toBeGreaterThan(10);
  const grafana = await place('grafana', '3000');
  const board = await (await fetch(`${grafana}/api/dashboards/uid/virtualchain`)).json();
  expect(board).toMatchObject({ dashboard: { title: 'virtualchain' } });
  await here.compose('--profile', 'watch', 'rm', '--stop', '--force', ...watched);
});

test.each(SERVICES)(
  'after a crash of %s everything becomes healthy by itself and follows the next block',
  async (service) => {
    const [container] = await here.containers(service);
    if (container === undefined) throw new Error(`no container of ${service}`);
    // A node writes its chain to the disk every hour or so, and the only one of a regtest cannot fetch it again; this call makes it.
    if (service === 'bitcoind') await askNode('gettxoutsetinfo');
    await here.crash(container);
    await until(
      'the container starts again',
      async () => (await inspect([container.Id]))[0]?.State,
      (state) => state?.Status === 'running' && state.Pid !== container.State.Pid,
      healthyLimitMs,
    );
    await here.untilHealthy();
    await mine();
    const level = await untilLevel();
    expect(level.node.height).toBeGreaterThan(0);
    tip = level;
  },
);

test('a second ingester stands by, and takes over when the first is gone', async () => {
  await here.up('--scale', 'ingester=2', 'ingester');
  const [leader, ...others] = await here.containers('ingester');
  expect(others.length).toBe(1);
  await docker.run(['stop', leader?.Id ?? '']);
  await mine();
  tip = await untilLevel();
  await here.up('--scale', 'ingester=1', 'ingester');
});

test('down and up again: the data is kept, settings of the node are renewed, and no volume without a name is left', async () => {
  const stale = `${here.project}_secrets-bitcoind`;
  await here.compose('--profile', 'demo', 'down', '--timeout', '60');
  const volume = [
    'run',
    '--rm',
    '--network',
    'none',
    '--volume',
    `${stale}:/secrets`,
    '--entrypoint',
    'sh',
    'postgres:18.4',
    '-c',
  ];
  await docker.run([...volume, 'sed -i /zmqpubhashblock/d /secrets/bitcoin.conf']);
  await here.up();
  const level = await untilLevel();
  expect(level.machines).toEqual(tip.machines);
  expect(await docker.run([...volume, 'cat /secrets/bitcoin.conf'])).toContain('zmqpubhashblock=');
  expect((await anonymousVolumes()).filter((name) => !anonymousBefore.includes(name))).toEqual([]);
});

test('a machine is added by three lines', async () => {
  const lines = [
    '  projector-kv:',
    '    <<: *projector',
    '    command: ["services/projector/src/main.ts", "--machine", "kv"]',
  ];
  const compose = await readFile(join(root, 'docker-compose.yml'), 'utf8');
  const file = `.vchain/compose-${here.project}.yml`;
  await writeFile(join(root, file), compose.replace('\n  vchain:', `\n${lines.join('\n')}\n\n  vchain:`));
  try {
    const flags = ['--project-name', here.project, '--file', join(root, file), '--project-directory', root];
    const services = await docker.run(['compose', ...flags, 'config', '--services']);
    expect(services.split('\n')).toContain('projector-kv');
    const command = await docker.run(['compose', ...flags, 'config', 'projector-kv', '--format', 'json']);
    const { environment, healthcheck } = JSON.parse(command).services['projector-kv'];
    expect(environment).toMatchObject({ VCHAIN_POSTGRES_URL_FILE: '/run/vchain/postgres_url', VCHAIN_CHAIN: 'bns' });
    expect(healthcheck.test).toEqual(['CMD', 'infra/docker/is-ready.sh']);
  } finally {
    await rm(join(root, file));
  }
});

test('the image has no npm cache, no secret of the build, and runs as a user without rights', async () => {
  const inside = (script: string) =>
    docker.run(['run', '--rm', '--network', 'none', '--entrypoint', 'sh', 'virtualchain:test', '-c', script]);
  expect((await inside('id -u; ls -A /root/.npm /home/node/.npm /tmp/npm /run/secrets 2>/dev/null; true')).trim()).toBe(
    '1000',
  );
  const history = await docker.run(['history', '--no-trunc', '--format', '{{.CreatedBy}}', 'virtualchain:test']);
  expect(history).not.toMatch(/BEGIN CERTIFICATE|_authToken/);
});

test.each([
  ['mainnet', 'main'],
  ['signet', 'signet'],
])('one variable chooses %s', async (network, chain) => {
  await using other = installation({ VCHAIN_NETWORK: network });
  await other.up('bitcoind', 'kafka');
  const info = await other.compose(
    'exec',
    '-T',
    'bitcoind',
    'bitcoin-cli',
    '-conf=/run/vchain/bitcoin.conf',
    'getblockchaininfo',
  );
  expect(JSON.parse(info)).toMatchObject({ chain, blocks: 0 });
  await other.compose('up', '--no-build', '--detach', '--no-deps', 'ingester');
  const logged = () => other.compose('logs', '--no-color', 'ingester');
  await until(
    'the ingester follows the network',
    logged,
    (log) => log.includes(`"network":"${network}"`),
    healthyLimitMs,
  );
});
