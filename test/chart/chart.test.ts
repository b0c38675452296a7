import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { problemsOfLogPlaces, readConfig } from '@virtualchain/process';
import { parse } from 'yaml';
import { connectionVariables } from '../../services/cli/src/connection.ts';
import { spec as gatewaySpec, problemsOfAccess } from '../../services/gateway/src/config.ts';
import { spec as ingesterSpec } from '../../services/ingester/src/settings/config.ts';
import { spec as projectorSpec } from '../../services/projector/src/config.ts';
import { problemsOfTopics, spec as relaySpec } from '../../services/relay/src/config.ts';
import { type Container, chart, helm, lint, type Rendered, render } from './rendered.ts';

/** Skipped where there is no helm (`npm run helm` gets one). */
const describeWithHelm = helm === undefined ? describe.skip : describe;

const brokers = { kafkaBrokers: ['kafka-1:9092', 'kafka-2:9092'] };
const everything = {
  log: {
    ...brokers,
    kafka: {
      tls: true,
      sasl: 'scram-sha-512',
      loginSecret: { name: 'kafka-login' },
      caSecret: { name: 'kafka-ca' },
      certificateSecret: { name: 'kafka-certificate' },
    },
  },
  node: { zmq: 'tcp://node:28332' },
  chains: {
    bns: {
      parameters: { network: 'mainnet' },
      machines: { bns: { parameters: { expected: true }, pending: true }, activity: { module: 'activity' } },
    },
    kv: { module: 'kv', ingester: { replicas: 1 }, machines: { kv: { module: 'kv' } } },
  },
  gateway: {
    chainModules: ['/app/own/chain.ts'],
    machineModules: ['/app/own/machine.ts'],
    corsOrigins: ['https://page.example'],
    ingress: { enabled: true, host: 'names.example', tlsSecret: 'names-tls' },
  },
  relay: { feedTopics: ['bns/bns', 'kv/kv'] },
  rebuild: { chain: 'bns', machine: 'bns' },
  podMonitor: { enabled: true },
};

async function rendered(values: object, ...flags: readonly string[]): Promise<readonly Rendered[]> {
  const answer = await render(values, flags);
  if (typeof answer === 'string') throw new Error(answer);
  return answer;
}

const named = (objects: readonly Rendered[], kind: string) =>
  objects.filter((one) => one.kind === kind).map(({ metadata: { name } }) => name);

function containersOf(objects: readonly Rendered[]): readonly Container[] {
  return objects.flatMap(({ spec }) => spec.template?.spec.containers ?? []);
}

const variables = (spec: Readonly<Record<string, { readonly env?: string }>>): readonly string[] =>
  Object.values(spec).flatMap(({ env }) => (env === undefined ? [] : [env]));

/** As each service reads its settings. */
const READ: Readonly<Record<string, (env: Readonly<Record<string, string>>) => unknown>> = {
  ingester: ({ VCHAIN_CHAIN: _chain, VCHAIN_CHAIN_PARAMETERS: _parameters, ...env }) =>
    readConfig(ingesterSpec, env, [], [problemsOfLogPlaces]),
  projector: (env) => readConfig(projectorSpec, env, [], [problemsOfLogPlaces]),
  gateway: (env) => readConfig(gatewaySpec, env, [], [problemsOfLogPlaces, problemsOfAccess]),
  relay: (env) => readConfig(relaySpec, env, [], [problemsOfTopics]),
};

/** What stands in the secrets. */
const SECRET: Readonly<Record<string, string>> = {
  VCHAIN_NODE_URL: 'http://user:password@node:8332',
  VCHAIN_PENDING_NODE_URL: 'http://user:password@node:8332',
  VCHAIN_POSTGRES_URL: 'postgres://user:password@db/names',
  VCHAIN_LOG_POSTGRES_URL: 'postgres://user:password@db/log',
  VCHAIN_KAFKA_CA: '-----BEGIN CERTIFICATE-----',
  VCHAIN_KAFKA_CERT: '-----BEGIN CERTIFICATE-----',
  VCHAIN_KAFKA_KEY: '-----BEGIN PRIVATE KEY-----',
  VCHAIN_KAFKA_USERNAME: 'user',
  VCHAIN_KAFKA_PASSWORD: 'password',
};

/** What each kind of container may be told. */
const KNOWN: Readonly<Record<string, ReadonlySet<string>>> = {
  ingester: new Set([...variables(ingesterSpec), 'VCHAIN_CHAIN', 'VCHAIN_CHAIN_PARAMETERS']),
  projector: new Set(variables(projectorSpec)),
  gateway: new Set(variables(gatewaySpec)),
  relay: new Set(variables(relaySpec)),
  rebuild: new Set(connectionVariables),
};

describeWithHelm('the Helm chart', () => {
  test.each([
    ['the least that has to be said', { log: brokers }],
    ['everything', everything],
  ])('passes helm lint: %s', async (_what, values) => {
    const { code, said } = await lint(values);
    expect([code, said]).toEqual([0, expect.stringContaining('0 chart(s) failed')]);
  });

  test('with the least that has to be said: two ingesters of a chain, a projector of its machine, two gateways behind a service, two relays', async () => {
    const objects = await rendered({ log: brokers });
    expect(named(objects, 'Deployment').sort()).toEqual([
      'names-virtualchain-gateway',
      'names-virtualchain-ingester-bns',
      'names-virtualchain-projector-bns-bns',
      'names-virtualchain-relay',
    ]);
    const replicas = objects.flatMap(({ metadata, spec }) =>
      spec.replicas === undefined ? [] : [[metadata.labels['app.kubernetes.io/component'], spec.replicas]],
    );
    expect(Object.fromEntries(replicas)).toEqual({ ingester: 2, projector: 1, gateway: 2, relay: 2 });
    const service = objects.find(({ kind }) => kind === 'Service');
    const gateway = containersOf(objects).find(({ name }) => name === 'gateway');
    const port = gateway?.env.find(({ name }) => name === 'VCHAIN_API_PORT')?.value;
    expect(service?.spec.ports?.map(({ targetPort }) => String(targetPort))).toEqual([port]);
    expect(named(objects, 'Job')).toEqual([]);
  });

  test('every chain has its ingesters, and every machine a deployment of its own', async () => {
    const objects = await rendered(everything);
    expect(named(objects, 'Deployment').sort()).toEqual([
      'names-virtualchain-gateway',
      'names-virtualchain-ingester-bns',
      'names-virtualchain-ingester-kv',
      'names-virtualchain-projector-bns-activity',
      'names-virtualchain-projector-bns-bns',
      'names-virtualchain-projector-kv-kv',
      'names-virtualchain-relay',
    ]);
    expect(named(objects, 'Ingress')).toEqual(['names-virtualchain-gateway']);
    expect(named(objects, 'PodMonitor')).toEqual(['names-virtualchain']);
  });

  test('deployments select their own pods, and no others', async () => {
    const deployments = (await rendered(everything)).filter(({ kind }) => kind === 'Deployment');
    const selects = (one: Rendered, other: Rendered) =>
      Object.entries(one.spec.selector?.matchLabels ?? {}).every(
        ([label, value]) => other.spec.template?.metadata.labels[label] === value,
      );
    for (const one of deployments)
      expect(deployments.filter((other) => selects(one, other)).map(({ metadata }) => metadata.name)).toEqual([
        one.metadata.name,
      ]);
  });

  test('processes are told of settings that they have, and nothing else; secrets stand in secrets', async () => {
    const containers = containersOf(await rendered(everything));
    expect([...new Set(containers.map(({ name }) => name))].sort()).toEqual([
      'gateway',
      'ingester',
      'projector',
      'rebuild',
      'relay',
    ]);
    for (const { name, env } of containers) {
      const unknown = env.filter((variable) => KNOWN[name]?.has(variable.name) !== true);
      expect([name, unknown]).toEqual([name, []]);
      expect(new Set(env.map((variable) => variable.name)).size).toBe(env.length);
      const open = env.filter(
        (variable) =>
          variable.value !== undefined && /PASSWORD|USERNAME|POSTGRES_URL|NODE_URL|KAFKA_KEY/.test(variable.name),
      );
      expect([name, open]).toEqual([name, []]);
    }
  });

  test.each([
    ['the least that has to be said', { log: brokers }],
    ['everything', everything],
    [
      'the log in Postgres, and anyone may ask',
      { log: { postgresUrlSecret: { name: 'log' } }, gateway: { requireTokens: false } },
    ],
  ])('services start with what they are told: %s', async (_what, values) => {
    const containers = containersOf(await rendered(values)).filter(({ name }) => name !== 'rebuild');
    for (const { name, env } of containers) {
      const told = env.map((variable) => [variable.name, variable.value ?? SECRET[variable.name] ?? '']);
      expect(READ[name]?.(Object.fromEntries(told))).toMatchObject({ httpHost: '0.0.0.0', httpPort: 8080 });
    }
  });

  test('parameters arrive as the JSON that they are', async () => {
    const projector = (await rendered(everything)).find(({ metadata }) => metadata.name.endsWith('-projector-bns-bns'));
    const env = projector?.spec.template?.spec.containers[0]?.env ?? [];
    const value = (variable: string) => env.find(({ name }) => name === variable)?.value ?? 'null';
    expect(JSON.parse(value('VCHAIN_CHAIN_PARAMETERS'))).toEqual({ network: 'mainnet' });
    expect(JSON.parse(value('VCHAIN_MACHINE_PARAMETERS'))).toEqual({ expected: true });
  });

  test('nothing runs as root, writes to its image or has a capability; every service is asked for its pages', async () => {
    const objects = await rendered(everything);
    for (const { spec } of objects)
      if (spec.template !== undefined)
        expect(spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    for (const { name, securityContext, readinessProbe, livenessProbe, ports } of containersOf(objects)) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      if (name === 'rebuild') continue;
      expect([name, ports]).toEqual([name, [{ name: 'http', containerPort: 8080 }]]);
      expect(readinessProbe?.httpGet).toEqual({ path: '/ready', port: 'http' });
      // A projector whose audit disagrees is for people to see to: a restart does not help.
      expect(livenessProbe?.httpGet.path).toBe(name === 'projector' ? '/status' : '/health');
    }
  });

  test('an image may be named by its digest', async () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const objects = await rendered({ log: brokers, image: { repository: 'registry.example/vchain', digest } });
    expect([...new Set(containersOf(objects).map(({ image }) => image))]).toEqual([
      `registry.example/vchain@${digest}`,
    ]);
  });

  test('a rebuild runs before the rest of an upgrade, by the new image, for one machine', async () => {
    const [job] = (await rendered(everything, '--is-upgrade')).filter(({ kind }) => kind === 'Job');
    expect(job?.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-upgrade' });
    expect(job?.spec.template?.spec.containers[0]?.args).toEqual(['services/cli/src/main.ts', 'rebuild', 'bns']);
  });

  test.each([
    ['no log', {}, 'give exactly one of kafkaBrokers and postgresUrlSecret.name'],
    [
      'two logs',
      { log: { ...brokers, postgresUrlSecret: { name: 'log' } } },
      'give exactly one of kafkaBrokers and postgresUrlSecret.name',
    ],
    ['another network', { log: brokers, network: 'maintest' }, 'network'],
    ['a value that is none', { log: brokers, gatway: {} }, 'gatway'],
    ['a broker without a port', { log: { kafkaBrokers: ['kafka'] } }, 'kafkaBrokers'],
    ['a login of nobody', { log: { ...brokers, kafka: { sasl: 'plain' } } }, 'log.kafka.loginSecret.name is needed'],
    [
      'a rebuild of a machine that is not there',
      { log: brokers, rebuild: { chain: 'bns', machine: 'names' } },
      'rebuild.machine "names" is not a machine of the chain "bns"',
    ],
    [
      'a topic without Kafka',
      { log: { postgresUrlSecret: { name: 'log' } }, relay: { feedTopics: ['bns/bns'] } },
      'relay.feedTopics: topics need log.kafkaBrokers',
    ],
    ['a name that Kubernetes does not take', { log: brokers, chains: { My_Chain: { module: 'kv' } } }, 'My_Chain'],
  ])('%s is refused by name', async (_what, values, said) => {
    expect(await render(values)).toEqual(expect.stringContaining(said));
  });
});

test('the chart has the version of the packages', async () => {
  const described = parse(await readFile(join(chart, 'Chart.yaml'), 'utf8'));
  const { version } = JSON.parse(await readFile(join(chart, '../../../package.json'), 'utf8'));
  expect([described.version, described.appVersion]).toEqual([version, version]);
});
