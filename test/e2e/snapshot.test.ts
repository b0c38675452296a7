import { generateKeyPairSync } from 'node:crypto';
import { access, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningProcess } from '@virtualchain/local';
import { Client } from '../kit/postgres-client.ts';
import { buildsOf, statusesOf } from '../kit/projections.ts';
import { forge, type Line, refit } from '../kit/snapshot-forger.ts';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

let system: System;
let running: RunningProcess[];
let file: string;
let pem: string;
let signer: string;
/** Another operator: its own database and its own topic of the same chain. */
let other: { readonly url: string; readonly settings: Readonly<Record<string, string>> };
let databases = 0;

const KEYS = generateKeyPairSync('ed25519');

async function vchain(
  settings: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const process = await system.run('services/cli/src/main.ts', args, settings);
  const { code } = await process.exited;
  return { code, output: await readFile(process.logFile, 'utf8') };
}

async function emptyDatabase(): Promise<string> {
  return system.parts.postgres.createDatabase(
    `snapshot_${system.parts.runId}_${++databases}`.toLowerCase().replace(/[^a-z0-9_]/g, '_'),
  );
}

/** The hash of every height, as an operator's database has it. */
async function hashes(url: string): Promise<readonly string[]> {
  await using client = await Client.connect(url);
  const rows = await client.rows('select height, hash, consensus_hash, changes_hash from kv_kv.blocks order by height');
  return rows.map((row) => Object.values(row).join(' '));
}

beforeAll(async () => {
  system = await System.start({ seed: 8 });
  running = [await system.ingester(), await system.projector('kv')];
  await system.mine(30, 5);
  await system.reorg(4, 5);
  await system.arrived(['kv']);
  const prefix = `${system.parts.topicPrefix}-other`;
  other = { url: await emptyDatabase(), settings: { VCHAIN_TOPIC_PREFIX: prefix } };
  running.push(await system.ingester(other.settings));
  await until(
    'the other topic has all',
    () => system.log.tail(`${prefix}.regtest.kv`).catch(() => null),
    (tail) => tail?.block?.hash === system.miner.tip.hash,
  );
  const folder = system.parts.runDirectory;
  file = join(folder, 'kv.snapshot');
  pem = KEYS.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  await writeFile(join(folder, 'key.pem'), pem);
  signer = `operator=${KEYS.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')}`;
  expect(await vchain({}, 'snapshot', 'export', 'kv', file, '--key', join(folder, 'key.pem'))).toMatchObject({
    code: 0,
  });
}, 240_000);

afterAll(async () => {
  await Promise.all((running ?? []).map((process) => process.stop()));
  await system?.[Symbol.asyncDispose]();
}, 60_000);

/** Imports a forged copy into an empty database: what it said, and what it left. */
async function importForged(
  name: string,
  change: (path: string) => Promise<void>,
  ...flags: readonly string[]
): Promise<{ code: number | null; output: string; left: number }> {
  const path = join(system.parts.runDirectory, `${name}.snapshot`);
  await copyFile(file, path);
  await change(path);
  const url = await emptyDatabase();
  const answer = await vchain(
    { ...other.settings, VCHAIN_POSTGRES_URL: url },
    'snapshot',
    'import',
    'kv',
    path,
    '--signer',
    signer,
    ...flags,
  );
  await using client = await Client.connect(url);
  const left =
    (await buildsOf(url)).length +
    Number((await client.rows("select count(*) as n from pg_namespace where nspname like 'kv\\_%'"))[0]?.['n']);
  return { ...answer, left };
}

test('export, import on another topic, carry on: the same hashes at every height', async () => {
  const settings = { ...other.settings, VCHAIN_POSTGRES_URL: other.url };
  const tip = (await system.status('kv'))?.tip;
  const trust = `${tip?.height}:${tip?.consensusHash}`;
  expect(await vchain(settings, 'snapshot', 'import', 'kv', file, '--signer', signer, '--trust', trust)).toMatchObject({
    code: 0,
  });
  const projector = await system.projector('kv', settings);
  await system.mine(3);
  await system.reorg(3);
  await system.arrived(['kv']);
  await until(
    'the importer has the tip',
    async () => (await statusesOf(other.url))[0]?.tip?.hash,
    (hash) => hash === system.miner.tip.hash,
  );
  expect(await hashes(other.url)).toEqual(await hashes(system.postgresUrl));
  expect(await vchain(settings, 'verify', 'kv')).toMatchObject({ code: 0 });
  expect(await vchain({}, 'diverge', system.postgresUrl, other.url, '--machine', 'kv')).toMatchObject({ code: 0 });
  await projector.stop();
}, 120_000);

test('a changed byte is refused, and so is a signer who was not named; nothing is left', async () => {
  const flipped = await importForged('flipped', async (path) => {
    const bytes = await readFile(path);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
    await writeFile(path, bytes);
  });
  expect(flipped).toMatchObject({ code: 1, output: expect.stringContaining('SNAPSHOT_REFUSED'), left: 0 });
  const stranger = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const resigned = await importForged('stranger', (path) => forge(path, stranger, (lines) => lines));
  expect(resigned).toMatchObject({ code: 1, output: expect.stringContaining('SNAPSHOT_REFUSED'), left: 0 });
}, 60_000);

test('a dropped operation that was accepted but not hashed is refused, its height named, though the file is signed', async () => {
  let height = 0;
  const dropped = await importForged('dropped', (path) =>
    forge(path, pem, (lines) => {
      const victim = lines.find(
        (line) => line.t === 'operation' && line['verdict'] === 'accepted' && line['opcode'] === '21',
      );
      height = Number(victim?.['height']);
      return lines.filter((line) => line !== victim);
    }),
  );
  expect(height).toBeGreaterThan(0);
  expect(dropped).toMatchObject({ code: 1, output: expect.stringContaining(`at height ${height}`), left: 0 });
}, 60_000);

/** Another value in some row that still holds. */
function alterRow(lines: Line[]): { readonly lines: Line[]; readonly height: number } {
  const victim = lines.find(
    (line) => line.t === 'row' && line['to'] === null && Number(line['from']) > system.fundedHeight,
  );
  const altered = lines.map((line) =>
    line === victim ? { ...line, v: { ...(line['v'] as object), revision: 77 } } : line,
  );
  return { lines: altered, height: Number(victim?.['from']) };
}

test('an altered row is refused, its height named, though the file is signed', async () => {
  let height = 0;
  const altered = await importForged('altered', (path) =>
    forge(path, pem, (lines) => {
      const forged = alterRow(lines);
      height = forged.height;
      return forged.lines;
    }),
  );
  expect(altered).toMatchObject({ code: 1, output: expect.stringContaining(`at height ${height}`), left: 0 });
}, 60_000);

test('an altered row whose changes hashes were made to fit passes a signer\u2019s word, and is refused by --refold', async () => {
  const { machine } = await system.instance('kv');
  let height = 0;
  const change = (path: string): Promise<void> =>
    forge(path, pem, (lines) => {
      const forged = alterRow(lines);
      height = forged.height;
      return refit(forged.lines, machine.collections);
    });
  expect(await importForged('fitted', change)).toMatchObject({ code: 0 });
  expect(await importForged('refolded', change, '--refold')).toMatchObject({
    code: 1,
    output: expect.stringContaining(`at height ${height}`),
    left: 0,
  });
}, 90_000);

test('verify from a height, from the log, and against a trusted hash', async () => {
  const tip = (await system.status('kv'))?.tip;
  const from = String(Number(tip?.height) - 10);
  const trust = `${tip?.height}:${tip?.consensusHash}`;
  const wrong = `${tip?.height}:${'0'.repeat(32)}`;
  expect(await vchain({}, 'verify', 'kv', '--from', from, '--trust', trust)).toMatchObject({
    code: 0,
    output: expect.stringContaining('11 blocks'),
  });
  const [ofRows, ofLog] = await Promise.all(
    [[], ['--log']].map((flags) => vchain({}, 'verify', 'kv', '--json', ...flags)),
  );
  const counted = ({ output = '{}' } = {}) => {
    const { from: first, to, blocks, operations } = JSON.parse(output) as Record<string, number>;
    return { first, to, blocks, operations };
  };
  expect(counted(ofLog)).toEqual(counted(ofRows)); // what a reorganisation took back is in the log, and not counted
  expect(await vchain({}, 'verify', 'kv', '--log', '--trust', trust)).toMatchObject({ code: 0 });
  expect(await vchain({}, 'verify', 'kv', '--log', '--trust', `9999:${'0'.repeat(32)}`)).toMatchObject({
    code: 1,
    output: expect.stringContaining('HEIGHT_OUT_OF_RANGE'),
  });
  for (const flags of [[], ['--log']]) {
    const { code, output } = await vchain({}, 'verify', 'kv', '--trust', wrong, ...flags);
    expect(code).toBe(1);
    expect(output).toContain(
      `height ${tip?.height}: trusted consensus hash: trusted ${'0'.repeat(32)}, computed ${tip?.consensusHash}`,
    );
    expect(output).not.toContain('vchain rebuild'); // it would fold the same log
    for (const flag of ['--from', '--to'].slice(0, 2 - flags.length))
      expect(await vchain({}, 'verify', 'kv', flag, '9999', ...flags)).toMatchObject({
        code: 1,
        output: expect.stringContaining('HEIGHT_OUT_OF_RANGE'),
      });
  }
}, 90_000);

test.each([
  ['newer', 2, 'vchain rebuild kv'],
  ['older', 0, 'deploy the newer code'],
])(
  'a module of %s rules is refused before it judges, exports or signs',
  async (age, version, remedy) => {
    const module = join(system.parts.runDirectory, `kv-${age}.mjs`);
    await writeFile(
      module,
      `import { kvMachine } from '@virtualchain/machine-kv';
export default (parameters, chain) => ({ ...kvMachine(parameters, chain), version: ${version} });\n`,
    );
    const refused = { code: 1, output: expect.stringMatching(`VERSION_DIFFERS.*${remedy}`) };
    const [key, path] = ['key.pem', `${age}.snapshot`].map((name) => join(system.parts.runDirectory, name));
    expect(await vchain({}, 'verify', module)).toMatchObject(refused);
    expect(await vchain({}, 'verify', module, '--log')).toMatchObject(refused);
    expect(await vchain({}, 'snapshot', 'export', module, path ?? '', '--key', key ?? '')).toMatchObject(refused);
    await expect(access(path ?? '')).rejects.toThrow('ENOENT');
    const projector = await system.projector(module);
    expect((await projector.exited).code).toBe(1);
    expect(await readFile(projector.logFile, 'utf8')).toContain(remedy);
  },
  120_000,
);

test('parameters other than those of the build are refused, and not taken for a broken build', async () => {
  const refused = { code: 1, output: expect.stringContaining('PARAMETERS_DIFFER') };
  const other = ['--chain-parameters', '{"firstBlock":102}'];
  expect(await vchain({}, 'verify', 'kv', ...other)).toMatchObject(refused);
}, 60_000);

test('an export overwrites no file, and a missing folder is not taken for a database that is away', async () => {
  const before = await readFile(file);
  const key = ['--key', join(system.parts.runDirectory, 'key.pem')];
  const taken = await vchain({}, 'snapshot', 'export', 'kv', file, ...key);
  expect(taken).toMatchObject({ code: 1, output: expect.stringContaining('SNAPSHOT_NOT_WRITTEN') });
  expect((await readFile(file)).equals(before)).toBe(true);
  const nowhere = join(system.parts.runDirectory, 'nowhere', 'kv.snapshot');
  const lost = await vchain({}, 'snapshot', 'export', 'kv', nowhere, ...key);
  expect(lost).toMatchObject({ code: 1, output: expect.stringMatching(/SNAPSHOT_NOT_WRITTEN.*no folder/) });
}, 60_000);

test('a database that is away is said once, with what to do, and without a stack', async () => {
  const { code, output } = await vchain(
    { VCHAIN_POSTGRES_URL: 'postgres://u:p@127.0.0.1:1/nobody' },
    'state',
    'kv',
    'names',
  );
  expect(code).toBe(1);
  expect(output.match(/DATABASE_UNAVAILABLE/g)).toHaveLength(1);
  expect(output.trim().split('\n')).toHaveLength(1);
  expect(output).toMatch(/ECONNREFUSED.*try again/);
}, 60_000);

test('diverge names the height and the row by which two operators part', async () => {
  const schema = (await buildsOf(other.url)).find(({ status }) => status === 'live')?.schema;
  await using client = await Client.connect(other.url);
  const [row] = await client.rows(
    `select name, valid_from from ${schema}.c_names where valid_to is null order by valid_from desc limit 1`,
  );
  await client.rows(
    `update ${schema}.c_names set revision = 99 where name = '${row?.['name']}' and valid_from = ${row?.['valid_from']}`,
  );
  await client.rows(`update ${schema}.blocks set changes_hash = repeat('0', 64) where height = ${row?.['valid_from']}`);
  const answer = await vchain({}, 'diverge', system.postgresUrl, other.url, '--machine', 'kv');
  expect(answer).toMatchObject({
    code: 1,
    output: expect.stringContaining(`height ${row?.['valid_from']}, changes hash`),
  });
  expect(answer.output).toContain(`row of names ["${row?.['name']}"]`);
}, 60_000);
