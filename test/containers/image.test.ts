import { existsSync } from 'node:fs';
import { beforeAll, expect, jest, test } from '@jest/globals';
import { docker, root } from './installation.ts';

jest.setTimeout(1_800_000);

const TARGETS = ['ingester', 'projector', 'gateway', 'relay', 'vchain'] as const;
/** What each says of itself. */
const SAYS = {
  ingester: 'Follows a Bitcoin node',
  projector: '--machine-parameters',
  gateway: 'Answers questions',
  relay: '--deliveries-at-once',
  vchain: 'Usage: vchain',
} as const;
const name = (target: string) => `virtualchain:test-${target}`;

async function build(target: string, tag: string, ...flags: readonly string[]): Promise<void> {
  const authorities = process.env['VCHAIN_BUILD_CA_FILE'] ?? process.env['NODE_EXTRA_CA_CERTS'];
  const secrets =
    authorities !== undefined && existsSync(authorities) ? ['--secret', `id=build_ca,src=${authorities}`] : [];
  await docker.run(
    [
      ...['build', '--quiet', '--network', 'host', '--file', 'infra/docker/Dockerfile', '--target', target],
      ...[...secrets, ...flags, '--tag', tag, '.'],
    ],
    { cwd: root, env: { DOCKER_BUILDKIT: '1' }, timeoutMs: 1_500_000 },
  );
}

const inside = (image: string, script: string) =>
  docker.run(['run', '--rm', '--network', 'none', '--entrypoint', 'sh', image, '-c', script]);

interface Image {
  readonly Config: {
    readonly User: string;
    readonly Entrypoint: readonly string[];
    readonly Healthcheck?: { readonly Test: readonly string[] };
  };
  readonly RootFS: { readonly Layers: readonly string[] };
}

const inspect = async (image: string) => (JSON.parse(await docker.run(['image', 'inspect', image])) as Image[])[0];

beforeAll(async () => {
  for (const target of TARGETS) await build(target, name(target));
});

test('each target runs its own service, by a user without rights, and asks itself whether it is ready', async () => {
  for (const target of TARGETS) {
    const image = await inspect(name(target));
    expect(image?.Config.User).toBe('node');
    expect(image?.Config.Healthcheck?.Test).toEqual(
      target === 'vchain' ? ['NONE'] : ['CMD', 'infra/docker/is-ready.sh'],
    );
    const help = await docker.run(['run', '--rm', '--network', 'none', '--read-only', name(target), '--help']);
    expect(help).toContain(SAYS[target]);
  }
});

test('targets share their layers', async () => {
  const layers = await Promise.all(TARGETS.map(async (target) => (await inspect(name(target)))?.RootFS.Layers));
  expect(new Set(layers.map((each) => JSON.stringify(each))).size).toBe(1);
});

test('the same sources give the same files: names, bytes, rights and times', async () => {
  await build('ingester', name('again'), '--no-cache');
  const listed = (image: string) =>
    inside(
      image,
      "cd /app && find . -mindepth 1 -printf '%P %y %m %T@ %l\\n' | LC_ALL=C sort && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum",
    );
  const [first, second] = await Promise.all([listed(name('ingester')), listed(name('again'))]);
  const lines = new Set(first.split('\n'));
  expect(second.split('\n').filter((line) => !lines.has(line))).toEqual([]);
  expect(second).toBe(first);
  expect(first).toContain('package.json f 644 0.0000000000'); // SOURCE_DATE_EPOCH is 0 where nobody says another
});

test('the bill of materials names what is in the image', async () => {
  const bill = JSON.parse(await inside(name('gateway'), 'cat bill-of-materials.cdx.json')) as {
    readonly bomFormat: string;
    readonly components: readonly { readonly purl: string }[];
  };
  expect(bill.bomFormat).toBe('CycloneDX');
  const purls = bill.components.map(({ purl }) => purl);
  const node = (await docker.run(['run', '--rm', '--entrypoint', 'node', name('gateway'), '--version']))
    .trim()
    .slice(1);
  expect(purls).toContain(`pkg:generic/node@${node}`);
  const installed = await inside(
    name('gateway'),
    `cd node_modules && for one in kafkajs pg rxjs fastify @mikro-orm/postgresql; do node -p "var p=require('./$one/package.json'); p.name + '@' + p.version"; done`,
  );
  for (const one of installed.trim().split('\n')) expect(purls).toContain(`pkg:npm/${one.replace(/^@/, '%40')}`);
  const debian = (await inside(name('gateway'), 'dpkg-query --show')).trim().split('\n');
  for (const [one] of debian.map((line) => line.split('\t')))
    expect(purls.some((purl) => purl.startsWith(`pkg:deb/debian/${one}@`))).toBe(true);
});
