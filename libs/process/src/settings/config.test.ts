import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ConfigInvalid, describeConfig, readConfig, redactConfig } from './config.ts';
import { addresses, clientUrl, clientUrls, integer, oneOf, port, text, toggle } from './parsers.ts';
import { redactText } from './secrets.ts';
import { optional, required } from './setting.ts';

const problemsOf = (url: string): readonly string[] => [
  ...(/^https?:/.test(url) ? [] : ['is no URL that begins with http:// or https://']),
  ...(/%(?![0-9a-f]{2})/i.test(url) ? ['has a % that is not percent-encoded'] : []),
];

const spec = {
  chain: required(text, { env: 'VCHAIN_CHAIN', flag: 'chain', about: 'virtual chain to follow' }),
  network: optional(oneOf('mainnet', 'regtest'), { env: 'VCHAIN_NETWORK', about: 'network', fallback: 'mainnet' }),
  node: required(clientUrl('a URL such as http://host', problemsOf), {
    env: 'VCHAIN_NODE_URL',
    flag: 'node',
    about: 'JSON-RPC of the node',
  }),
  brokers: optional(addresses, { env: 'VCHAIN_KAFKA_BROKERS', about: 'Kafka brokers' }),
  port: optional(port, { env: 'VCHAIN_HTTP_PORT', flag: 'http-port', about: 'port of /metrics', fallback: 0 }),
  depth: optional(integer({ min: 1, max: 9 }), { flag: 'depth', about: 'depth' }),
  feed: optional(toggle, { flag: 'feed', about: 'mine and send', fallback: false }),
  key: optional(text, { env: 'VCHAIN_KEY', about: 'API key', secret: true }),
};

const enough = { VCHAIN_CHAIN: 'kv', VCHAIN_NODE_URL: 'http://user:correct-horse@127.0.0.1:8332' };

function problemsWith(env: Record<string, string>, args: readonly string[] = []): readonly string[] {
  try {
    readConfig(spec, env, args);
    return [];
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.problems;
    throw error;
  }
}

test('a flag comes before the environment, that before the fallback, and types follow the spec', () => {
  const config = readConfig(spec, { ...enough, VCHAIN_HTTP_PORT: '9000', VCHAIN_KAFKA_BROKERS: 'a:1, b:2' }, [
    '--chain=activity',
    '--feed',
    '--depth',
    '3',
  ]);
  const typed: { chain: string; network: 'mainnet' | 'regtest'; brokers: readonly string[] | undefined } = config;
  expect(typed).toEqual({
    chain: 'activity',
    network: 'mainnet',
    node: enough.VCHAIN_NODE_URL,
    brokers: ['a:1', 'b:2'],
    port: 9000,
    depth: 3,
    feed: true,
    key: undefined,
  });
});

test('every problem is listed at once, with the input, the rule and the remedy', () => {
  const problems = problemsWith({ VCHAIN_NETWORK: 'moon', VCHAIN_HTTP_PORT: '70000', VCHAIN_NODE_URL: 'tcp://x' }, [
    '--depth=x',
    '--nonsense',
    '--depth=2',
    'stray',
  ]);
  expect(problems).toEqual([
    '--nonsense is no flag of this process: use one of --chain, --node, --http-port, --depth, --feed',
    '--depth is given twice: leave one out',
    'an argument stands alone: put a flag before it (--chain, --node, --http-port, --depth, --feed)',
    'VCHAIN_CHAIN (virtual chain to follow) is missing: set VCHAIN_CHAIN or VCHAIN_CHAIN_FILE or --chain to text that is not empty',
    'VCHAIN_NETWORK (network) is "moon", but must be one of mainnet, regtest: set VCHAIN_NETWORK or VCHAIN_NETWORK_FILE to one of mainnet, regtest',
    'VCHAIN_NODE_URL (JSON-RPC of the node) is no URL that begins with http:// or https://: set VCHAIN_NODE_URL or VCHAIN_NODE_URL_FILE or --node to a URL such as http://host',
    'VCHAIN_HTTP_PORT (port of /metrics) is "70000", but must be an integer from 0 to 65535: set VCHAIN_HTTP_PORT or VCHAIN_HTTP_PORT_FILE or --http-port to an integer from 0 to 65535',
    '--depth (depth) is "x", but must be an integer from 1 to 9: set --depth to an integer from 1 to 9',
  ]);
});

test.each([
  ['a password in a URL with a wrong scheme', { VCHAIN_NODE_URL: 'ftp://u:hunter2hunter2@host' }],
  ['a password in something that is hardly a URL', { VCHAIN_NODE_URL: 'u:hunter2hunter2@host' }],
  ['a password among brokers', { VCHAIN_KAFKA_BROKERS: 'u:hunter2hunter2@host' }],
])('%s is not repeated in the error', (_what, env) => {
  const problems = problemsWith({ ...enough, ...env });
  expect(problems).toHaveLength(1);
  expect(problems.join()).not.toContain('hunter2');
});

test('every problem of every URL is listed, and no part of one is repeated', () => {
  const urls = { urls: required(clientUrls('URLs', problemsOf), { env: 'URLS', about: 'nodes', secret: true }) };
  const given = ['http://u:hunter2%x@one', 'http://two', 'ftp://u:hunter2%y@three'].join(', ');
  expect(() => readConfig(urls, { URLS: given })).toThrow(
    expect.objectContaining({
      problems: [
        'URLS (nodes) (URL 1 of 3) has a % that is not percent-encoded: set URLS or URLS_FILE to URLs',
        'URLS (nodes) (URL 3 of 3) is no URL that begins with http:// or https://: set URLS or URLS_FILE to URLs',
        'URLS (nodes) (URL 3 of 3) has a % that is not percent-encoded: set URLS or URLS_FILE to URLs',
      ],
    }),
  );
  expect(redactText('it was hunter2%x')).toBe('it was [hidden]');
});

test('the key in the path of a hosted node is hidden like a password', () => {
  const config = readConfig(spec, { ...enough, VCHAIN_NODE_URL: 'https://nodes.example/v2/0123456789abcdef0123' });
  expect(config.node).toContain('0123456789abcdef0123');
  expect(redactText('POST /v2/0123456789abcdef0123 failed')).toBe('POST /v2/[hidden] failed');
});

test('rules over several settings are listed beside the others, whatever else is wrong', () => {
  const rule = ({ depth }: { readonly depth?: number | undefined }) => (depth === 3 ? ['depth 3 is never right'] : []);
  expect(() => readConfig(spec, { VCHAIN_CHAIN: 'kv' }, ['--depth=3'], [rule])).toThrow(
    expect.objectContaining({ problems: [expect.stringContaining('VCHAIN_NODE_URL'), 'depth 3 is never right'] }),
  );
});

test('a value may come from a file, and its last line break is not part of it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vchain-config-'));
  try {
    const file = join(folder, 'url');
    writeFileSync(file, 'http://u:from-a-file@node:8332\n');
    expect(readConfig(spec, { VCHAIN_CHAIN: 'kv', VCHAIN_NODE_URL_FILE: file }).node).toBe(
      'http://u:from-a-file@node:8332',
    );
    expect(problemsWith({ ...enough, VCHAIN_NODE_URL_FILE: file })).toEqual([
      'VCHAIN_NODE_URL and VCHAIN_NODE_URL_FILE are both set: unset one of them',
    ]);
    expect(problemsWith({ VCHAIN_CHAIN: 'kv', VCHAIN_NODE_URL_FILE: join(folder, 'absent') }).join()).toMatch(/ENOENT/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what a log shows of a configuration holds no secret, and neither does any text after it was read', () => {
  const config = readConfig(spec, { ...enough, VCHAIN_KEY: 'swordfish-42' });
  expect(redactConfig(spec, config)).toMatchObject({ node: 'http://[hidden]@127.0.0.1:8332', key: '[hidden]' });
  expect(redactText('tried swordfish-42, then correct-horse')).toBe('tried [hidden], then [hidden]');
});

test('tokens of a gateway and signing secrets are hidden wherever they stand, whoever has them', () => {
  const token = `vct_${'aB3_-'.repeat(8)}xyz`;
  const said = redactText(
    `["bearer.${token}"] of ${token}, Authorization: Bearer ${token}, whsec_${'AbC/+9'.repeat(7)}A=`,
  );
  expect(said).not.toMatch(/aB3_-|AbC/);
  expect(said).toContain('bearer.vct_[hidden]');
});

test('help names every way to give a setting', () =>
  expect(describeConfig({ chain: spec.chain, port: spec.port })).toBe(
    [
      '  --chain, VCHAIN_CHAIN          virtual chain to follow, required',
      '  --http-port, VCHAIN_HTTP_PORT  port of /metrics (0)',
    ].join('\n'),
  ));
