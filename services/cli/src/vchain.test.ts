/** Every command with good, bad and absurd arguments, and without the servers that it wants. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { runCommand } from './vchain.ts';

type Env = Readonly<Record<string, string>>;

/** Nobody listens there. */
const DOWN: Env = {
  VCHAIN_NETWORK: 'regtest',
  VCHAIN_POSTGRES_URL: 'postgres://me:secret@127.0.0.1:1/db',
  VCHAIN_KAFKA_BROKERS: '127.0.0.1:1',
  VCHAIN_NODE_URL: 'http://me:secret@127.0.0.1:1',
  VCHAIN_KEY: '01'.repeat(33),
};

/** Every other setting that takes a password. */
const SECRETS: Env = {
  VCHAIN_KAFKA_TLS: 'true',
  VCHAIN_KAFKA_SASL: 'plain',
  VCHAIN_KAFKA_USERNAME: 'me',
  VCHAIN_KAFKA_PASSWORD: 'secret of Kafka',
  VCHAIN_KEY_PASSWORD: 'secret of the key file',
  VCHAIN_PROJECTOR_PASSWORD: 'secret of a role',
};

const HASH = 'ab'.repeat(16);
const HASH160 = 'ab'.repeat(20);
const ADDRESS = 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn';
const DATABASES = [1, 2].map((port) => `postgres://me:secret@127.0.0.1:${port}/db`);

let folder = '';
const environment = { ...process.env };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vchain-commands-'));
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(join(folder, 'signer.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  await writeFile(join(folder, 'nonsense'), 'nonsense');
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...environment };
});

/** Calls a command in this process. `@name` is a file of the folder. */
async function vchain(words: readonly string[], env: Env = {}) {
  const others = Object.entries(environment).filter(([name]) => !name.startsWith('VCHAIN_'));
  process.env = { ...Object.fromEntries(others), ...env };
  const said = { out: '', err: '' };
  for (const [stream, name] of [
    [process.stdout, 'out'],
    [process.stderr, 'err'],
  ] as const)
    jest.spyOn(stream, 'write').mockImplementation((chunk) => {
      said[name] += String(chunk);
      return true;
    });
  const args = words.map((word) => word.replace(/^@/, `${folder}/`));
  const code = await runCommand(['node', 'vchain', ...args], AbortSignal.timeout(60_000));
  jest.restoreAllMocks();
  return { code, ...said };
}

/** What a command is called with when all is well, and what it uses. */
interface Usual {
  readonly args: readonly string[];
  readonly uses: readonly ('database' | 'log' | 'node')[];
}

const usual = (line: string, ...uses: Usual['uses']): Usual => ({ args: line.split(' '), uses });
const [a = '', b = ''] = DATABASES;

const COMMANDS: Readonly<Record<string, Usual>> = {
  status: usual('status', 'database', 'log', 'node'),
  plan: usual('plan', 'node'),
  tail: usual('tail --once', 'log'),
  state: usual('state kv names', 'database'),
  verify: usual('verify kv', 'database'),
  snv: usual(`snv kv 120 --server http://127.0.0.1:1 --trust 130:${HASH}`, 'database'),
  diverge: usual(`diverge ${a} ${b} --machine kv`, 'database'),
  'compare-rules': usual('compare-rules kv', 'database', 'log'),
  'snapshot export': usual('snapshot export kv @new --key @signer.pem', 'database'),
  'snapshot import': usual(`snapshot import kv @nonsense --signer me=${HASH}${HASH}`, 'database', 'log'),
  rebuild: usual('rebuild kv', 'database', 'log'),
  attach: usual('attach kv', 'database', 'log'),
  'builds list': usual('builds list', 'database'),
  'builds drop': usual('builds drop --retired', 'database'),
  prune: usual('prune kv --keep 1000', 'database'),
  resume: usual('resume kv', 'database'),
  roles: usual('roles', 'database'),
  send: usual('send kv claim satoshi --account p2pkh', 'database', 'node'),
  'dev fund': usual('dev fund alice', 'node'),
  'dev mine': usual('dev mine', 'node'),
  'dev reorg': usual('dev reorg', 'node'),
  'dev send': usual('dev send alice claim satoshi', 'database', 'node'),
  'dev people': usual('dev people', 'node'),
  'bns lookup': usual('bns lookup satoshi.id', 'database'),
  'bns history': usual('bns history satoshi.id', 'database'),
  'bns price': usual('bns price satoshi.id', 'database'),
  'bns names-of': usual(`bns names-of ${ADDRESS}`, 'database'),
  'bns preorder': usual('bns preorder satoshi.id', 'database', 'node'),
  'bns register': usual('bns register satoshi.id', 'database', 'node'),
  'bns renew': usual('bns renew satoshi.id', 'database', 'node'),
  'bns update': usual(`bns update satoshi.id --zonefile-hash ${HASH160}`, 'database', 'node'),
  'bns transfer': usual(`bns transfer satoshi.id ${ADDRESS}`, 'database', 'node'),
  'bns revoke': usual('bns revoke satoshi.id', 'database', 'node'),
  'bns import': usual(`bns import satoshi.id --zonefile-hash ${HASH160}`, 'database', 'node'),
  'bns send-tokens': usual(`bns send-tokens ${ADDRESS} 1000`, 'database', 'node'),
  'bns announce': usual(`bns announce ${HASH160}`, 'database', 'node'),
  'bns namespace preorder': usual('bns namespace preorder id', 'database', 'node'),
  'bns namespace reveal': usual('bns namespace reveal id', 'database', 'node'),
  'bns namespace ready': usual('bns namespace ready id', 'database', 'node'),
};
const NAMES = [...Object.keys(COMMANDS), 'keys', 'completion', 'create'];
const using = (what: Usual['uses'][number]) => Object.entries(COMMANDS).filter(([, { uses }]) => uses.includes(what));

/** Wrong usage: told in a few lines that name the argument and what to do, without a stack. */
function expectUsage({ code, out, err }: Awaited<ReturnType<typeof vchain>>, ...names: readonly string[]): void {
  expect({ code, out, err }).toMatchObject({ code: 2, out: '' });
  expect(err).toMatch(/^[A-Z_]+: /);
  for (const name of names) expect(err).toContain(name);
  expect(err).toMatch(/\b(correct|give|set|see|pass|leave|make|use|write|put)\b/);
  expect(err).not.toMatch(/\n\s+at |secret|a bug/);
}

describe('each command', () => {
  test.each(NAMES)('%s with nothing says what is missing', async (name) => {
    expectUsage(await vchain(name.split(' ')));
  });

  test.each([...NAMES, 'demo', 'dev'])(
    '%s --help has examples, exit codes, and marks what is required',
    async (name) => {
      const { code, out, err } = await vchain([...name.split(' '), '--help']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain(`Examples:\n  vchain ${name}`);
      expect(out).toContain('Exit codes: 0 done');
      if (COMMANDS[name]?.uses[0] === 'database' && !['status', 'diverge', 'send', 'dev send'].includes(name))
        expect(out.replace(/\s+/g, ' ')).toContain('--postgres-url <value> required: ');
    },
  );

  test.each([...NAMES, 'demo', 'dev'])('%s with an unknown option names it', async (name) => {
    const { args } = COMMANDS[name] ?? usual(`${name} @new`);
    expectUsage(await vchain([...args, '--bogus'], DOWN), '--bogus', `see vchain ${name} --help`);
  });

  test.each(Object.entries(COMMANDS))('%s takes no network that there is none of', async (_name, { args }) => {
    expectUsage(await vchain([...args, '--network', 'mars'], DOWN), '--network', '"mars"', 'regtest');
  });

  test.each(Object.entries(COMMANDS))('%s takes no empty setting', async (_name, { args }) => {
    expectUsage(await vchain([...args, '--topic-prefix', ''], DOWN), '--topic-prefix', 'not empty');
  });

  test.each(Object.entries(COMMANDS))('%s names a file that is not there', async (_name, { args }) => {
    const env = { ...DOWN, VCHAIN_TOPIC_PREFIX_FILE: '/nowhere/prefix' };
    expectUsage(await vchain(args, env), 'VCHAIN_TOPIC_PREFIX_FILE', '/nowhere/prefix');
  });

  test.each(Object.entries(COMMANDS))('%s says what is wrong in JSON, when asked', async (_name, { args }) => {
    const { code, out, err } = await vchain([...args, '--json', '--kafka-sasl', 'rot13'], DOWN);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(JSON.parse(err)).toEqual({
      error: { code: 'CONFIG_INVALID', message: expect.stringContaining('--kafka-sasl'), exitCode: 2 },
    });
  });

  test.each(using('database'))('%s takes no URL of another kind for a database', async (name, { args }) => {
    const [where, typed] =
      name === 'diverge'
        ? ['a (the first database)', args.map((word) => (word === a ? 'http://me:secret@127.0.0.1/' : word))]
        : ['--postgres-url', [...args, '--postgres-url', 'http://me:secret@127.0.0.1/']];
    expectUsage(await vchain(typed, DOWN), where, 'postgres://');
  });

  test.each(using('log'))('%s takes no brokers without a port that there is', async (_name, { args }) => {
    for (const brokers of ['nonsense', '127.0.0.1:99999', '127.0.0.1:0'])
      expectUsage(await vchain([...args, '--kafka-brokers', brokers], DOWN), '--kafka-brokers', 'host:port');
  });

  test.each(using('node'))('%s takes no URL of another kind for a node', async (_name, { args }) => {
    expectUsage(await vchain([...args, '--node-url', 'ftp://x'], DOWN), '--node-url', 'http://');
  });

  test.each(Object.entries(COMMANDS))(
    '%s with its servers down says which, and what to do',
    async (name, { args }) => {
      const { VCHAIN_POSTGRES_URL: url = '', ...others } = DOWN;
      // The database, where one is given, is asked first.
      const env = name === 'tail' ? others : { ...others, VCHAIN_POSTGRES_URL: url };
      const { code, err } = await vchain(args, { ...env, ...SECRETS });
      expect({ code, err }).toMatchObject({ code: 1 });
      expect(err).toMatch(/^(DATABASE_UNAVAILABLE|BROKER_UNAVAILABLE|NODE_UNREACHABLE|PARTS_UNWELL): /m);
      expect(err).not.toMatch(/\n\s+at |secret|a bug/);
    },
    90_000, // the client of Kafka tries for half a minute
  );
});

test.each([
  ['a height that is no number', 'state kv names --at soon', '--at "soon"'],
  ['a negative height', 'state kv names --at -5', '--at "-5"'],
  ['a height with a fraction', 'state kv names --at 1.5', '--at "1.5"'],
  ['a height that no chain reaches', 'state kv names --at 99999999999', '--at "99999999999"'],
  ['an empty height', 'state kv names --at=', '--at ""'],
  ['a negative limit', 'state kv names --limit -1', '--limit "-1"'],
  ['a limit of nothing', 'state kv names --limit 0', '--limit "0"'],
  ['an absurd limit', 'state kv names --limit 1e99', '--limit "1e99"'],
  ['a limit beyond memory', 'state kv names --limit 9007199254740993', '--limit "9007199254740993"'],
  ['too many words', 'state kv names a b', 'too many arguments'],
  ['a machine that is none', 'state nonsense names', 'machine "nonsense"'],
  ['a chain that is none', 'state kv names --chain nonsense', 'chain "nonsense"'],
  ['parameters that are no JSON', 'state kv names --chain-parameters {', '--chain-parameters'],
  ['parameters that are no object', 'state kv names --machine-parameters 7', '--machine-parameters'],
  ['a range without a height', 'verify kv --from 110 --to 105', '--from 110 --to 105'],
  ['a negative beginning', 'verify kv --from -1', '--from "-1"'],
  ['an end that is no number', 'verify kv --to end', '--to "end"'],
  ['both ends of what is pruned', 'prune kv --from 5 --keep 5', '--keep'],
  ['nothing of what is pruned', 'prune kv', '--from'],
  ['a height to prune at that is none', 'prune kv --from x', '--from "x"'],
  ['no build to drop', 'builds drop', '--retired'],
  ['builds and all of them', 'builds drop a --retired', '--retired'],
  ['a sample of nothing', 'plan --sample 0', '--sample "0"'],
  ['a first height that is no number', 'compare-rules kv --from x', '--from "x"'],
  ['an end of the log', 'verify kv --log --to 105', '--to'],
  ['a trusted hash without a height', `verify kv --trust ${HASH}`, '--trust'],
  ['a trusted hash of an absurd height', `verify kv --trust 99999999999:${HASH}`, '--trust'],
  ['a negative block', `snv kv -1 --server http://127.0.0.1:1 --trust 1:${HASH}`, '-1'],
  ['a block that is no number', `snv kv x --server http://127.0.0.1:1 --trust 1:${HASH}`, 'height "x"'],
  ['a server of another kind', `snv kv 1 --server ftp://x --trust 1:${HASH}`, '--server'],
  ['a root that is none', 'snv kv 1 --server http://127.0.0.1:1 --trust x', '--trust "x"'],
  ['no root', 'snv kv 1 --server http://127.0.0.1:1', "'--trust <root>'"],
  ['no server', `snv kv 1 --trust 1:${HASH}`, "'--server <url>'"],
  ['one database', `diverge ${a} --machine kv`, "'b'"],
  ['no machine', `diverge ${a} ${b}`, "'--machine <machine>'"],
  ['a second URL of another kind', `diverge ${a} http://127.0.0.1:1 --machine kv`, 'b (the second database)'],
  ['a URL that does not parse', `diverge nonsense ${b} --machine kv`, 'a (the first database)'],
  ['a signing key that is not there', 'snapshot export kv @new --key @nowhere', '--key'],
  ['a signing key that is a folder', 'snapshot export kv @new --key @', '--key'],
  ['a signing key that is none', 'snapshot export kv @new --key @nonsense', '--key'],
  ['no signing key', 'snapshot export kv @new', "'--key <file>'"],
  ['an export at a negative height', 'snapshot export kv @new --key @signer.pem --at -1', '--at "-1"'],
  ['a snapshot that is not there', `snapshot import kv @nowhere --refold`, 'file'],
  ['a snapshot that is a folder', `snapshot import kv @ --refold`, 'file'],
  ['a signer without a key', 'snapshot import kv @nonsense --signer me', '--signer "me"'],
  ['a trusted hash that is none', 'snapshot import kv @nonsense --trust me', '--trust "me"'],
  ['snapshot without more', 'snapshot other', 'unknown command'],
  ['a shell that is none', 'completion cmd', 'shell "cmd"'],
  ['a wait without a database', 'send kv claim x --wait', '--postgres-url'],
  ['a rehearsal without a database', 'send kv claim x --machine kv', '--postgres-url'],
  ['a command that is none', 'nonsense', "unknown command 'nonsense'"],
  ['a command that is nearly one', 'statsu', 'Did you mean status?'],
  ['a place that is none', 'tail --from somewhere', '--from "somewhere"'],
  ['a negative offset', 'tail --from offset:-1', '--from "offset:-1"'],
  ['a height to begin at that no chain reaches', 'tail --from 99999999999', '--from "99999999999"'],
  ['a cursor that is no JSON', 'tail --cursor {', '--cursor'],
  ['a cursor that is none', 'tail --cursor {}', 'cursor'],
  ['two beginnings', 'tail --cursor {} --from latest', '--cursor'],
  ['a certificate that is not there', 'tail --kafka-tls --kafka-ca /nowhere', '--kafka-ca'],
  ['a log in two places', 'tail --log-postgres-url postgres://127.0.0.1/x', 'VCHAIN_LOG_POSTGRES_URL'],
  ['a log at a URL of another kind', 'tail --log-postgres-url http://x', '--log-postgres-url'],
  ['a login without a password', 'tail --kafka-sasl plain --kafka-username me', 'VCHAIN_KAFKA_PASSWORD'],
  ['an operation that the chain has not', 'send kv steal x', '"steal"'],
  ['words that are no operation', 'send kv claim Not-A-Name', 'Not-A-Name'],
  ['a payload that is no hex', 'send kv claim --payload xyz', '--payload "xyz"'],
  ['a coin that is none', 'send kv claim x --coin x', '--coin "x"'],
  ['a rate in words', 'send kv claim x --fee-rate cheap', '--fee-rate "cheap"'],
  ['a negative rate', 'send kv claim x --fee-rate -1', '--fee-rate "-1"'],
  ['a fallback in words', 'send kv claim x --fee-rate-fallback cheap', '--fee-rate-fallback "cheap"'],
  ['an account that is none', 'send kv claim x --account bank', '--account "bank"'],
  ['a negative count of keys', 'send kv claim x --m -1', '--m "-1"'],
  ['a key file that is not there', 'send kv claim x --key-file @nowhere', '--key-file'],
  ['a key file that is none', 'send kv claim x --key-file @nonsense', 'key file'],
  ['a key file that is there', 'keys @nonsense', 'file'],
  ['a key file in no folder', 'keys @nowhere/keys.json', 'file'],
  ['a package that cannot be called so', 'create Guest-Book', '"Guest-Book"'],
  ['a person that is none', 'dev fund Alice', '"Alice"'],
  ['coins for the miner', 'dev fund miner', '"miner"'],
  ['no coins at all', 'dev fund alice --coins 0', '--coins "0"'],
  ['coins of dust', 'dev fund alice --satoshis 1', '--satoshis "1"'],
  ['no blocks', 'dev mine 0', 'blocks "0"'],
  ['blocks in words', 'dev mine some', 'blocks "some"'],
  ['a reorganisation of nothing', 'dev reorg 0', 'depth "0"'],
  ['a sender that is none', 'dev send 007 claim x', '"007"'],
  ['a payment without an amount', 'dev send alice claim x --pay bob', '--pay "bob"'],
  ['an operation that the chain of a person has not', 'dev send alice steal x', '"steal"'],
  ['a name that is none', 'bns lookup not.a.name', '"not.a.name"'],
  ['a past that never was', 'bns lookup satoshi.id --at -1', '--at "-1"'],
  ['a name without a namespace', 'bns price satoshi', '"satoshi"'],
  ['a hash that is none', 'bns update satoshi.id --zonefile-hash x', '--zonefile-hash "x"'],
  ['no hash', 'bns update satoshi.id', "'--zonefile-hash <hex>'"],
  ['negative tokens', `bns send-tokens ${ADDRESS} -1`, '-1'],
  ['tokens beyond what there is', `bns send-tokens ${ADDRESS} 99999999999999999999`, '99999999999999999999'],
  ['confirmations that are none', 'bns revoke satoshi.id --wait never', '--wait "never"'],
  ['negative confirmations', 'bns revoke satoshi.id --wait=-1', '--wait "-1"'],
  ['a timeout that is none', 'bns revoke satoshi.id --wait --timeout soon', '--timeout "soon"'],
  ['an absurd timeout', 'bns revoke satoshi.id --wait --timeout 99999999999', '--timeout "99999999999"'],
  ['a lifetime below 0', 'bns namespace reveal id --lifetime -1', '--lifetime "-1"'],
  ['buckets that are none', 'bns namespace reveal id --buckets x', '--buckets "x"'],
] as const)(
  '%s is wrong usage',
  async (_what, line, names) => {
    const { VCHAIN_POSTGRES_URL: url = '', ...others } = DOWN;
    // What a chain writes is told by its parameters, which a database has where one is given.
    const env = /^(dev )?send /.test(line) ? others : { ...others, VCHAIN_POSTGRES_URL: url };
    expectUsage(await vchain(line.split(' '), { ...env, VCHAIN_KEY_PASSWORD: 'secret' }), names);
  },
  30_000,
);

test('vchain alone shows its commands, and --version which one it is', async () => {
  expect(await vchain([])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('status [options]') });
  expect(await vchain(['--help'])).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringContaining('status [options]'),
  });
  expect(await vchain(['--version'])).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  expect(await vchain(['snapshot'])).toMatchObject({ code: 2, err: expect.stringContaining('export') });
});
