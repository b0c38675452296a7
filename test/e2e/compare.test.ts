/** Operators who watch each other: who judges otherwise is told of by height, and a reorganisation alarms nobody. */
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningProcess } from '@virtualchain/local';
import { openReader } from '../kit/projections.ts';
import { startedLine } from '../kit/started-line.ts';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

let system: System;
let running: RunningProcess[];
/** The address of the operator whom the others watch. */
let honest: string;

beforeAll(async () => {
  system = await System.start({ seed: 31 });
  const projector = await system.projector('kv');
  running = [await system.ingester(), projector];
  honest = `http://127.0.0.1:${(await startedLine(projector)).port}`;
  await system.mine(40, 4);
  await system.arrived(['kv']);
}, 180_000);

afterAll(async () => {
  await Promise.all((running ?? []).map((process) => process.stop()));
  await system?.[Symbol.asyncDispose]();
}, 60_000);

interface Page {
  readonly code: number;
  readonly body: { readonly ok: boolean; readonly detail: { readonly peers: readonly PeerOnPage[] } };
}

interface PeerOnPage {
  readonly peer: string;
  readonly state: string;
  readonly height: number | null;
  readonly difference: { readonly height: number; readonly blockHash: string; readonly what: string } | null;
}

/** Another operator's projector, with a database of its own, which watches these. */
async function operator(name: string, machine: string, watched: readonly string[]) {
  const postgresUrl = await system.createDatabase(name);
  const projector = await system.projector(machine, {
    VCHAIN_POSTGRES_URL: postgresUrl,
    VCHAIN_PEER_URLS: watched.join(','),
    VCHAIN_PEER_POLL_MS: '100',
    VCHAIN_AUDIT_PACE: '0',
  });
  running.push(projector);
  const { port } = await startedLine(projector);
  const health = async (): Promise<Page> => {
    const answer = await fetch(`http://127.0.0.1:${port}/health`);
    return { code: answer.status, body: (await answer.json()) as Page['body'] };
  };
  return { postgresUrl, projector, health };
}

/** Until every peer was found to agree up to the miner's newest block. */
async function agreed({ health }: Awaited<ReturnType<typeof operator>>): Promise<Page> {
  return until(`the peers agree at height ${system.miner.tip.height}`, health, ({ body }) =>
    body.detail.peers.every(({ height }) => height === system.miner.tip.height),
  );
}

test('two that judge alike agree, by a projector and by a gateway, and a reorganisation alarms neither', async () => {
  const gateway = await system.run('services/cli/src/main.ts', ['gateway', '--api-port', '0']);
  running.push(gateway);
  const { address } = await startedLine(gateway);
  const other = await operator('alike', 'kv', [honest, `${address}/v1/chains/kv/machines/kv`]);
  await agreed(other);
  for (const depth of [1, 5]) {
    await system.reorg(depth);
    await system.mine(1);
    const page = await agreed(other);
    expect(page).toMatchObject({ code: 200, body: { ok: true } });
  }
  expect(await readFile(other.projector.logFile, 'utf8')).not.toMatch(/PEER_DISAGREES|NOT_A_PEER|PEER_INCOMPARABLE/);
}, 180_000);

/** The lowest accepted operation of these opcodes from a height on, as who judges by the rules has it. */
async function firstAccepted(
  from: number,
  opcodes?: readonly string[],
): Promise<{ height: number; blockHash: string }> {
  await using reader = await openReader(system.postgresUrl, await system.instance('kv'));
  const filter = { verdict: 'accepted', from, limit: 1_000, ...(opcodes === undefined ? {} : { opcodes }) } as const;
  const operations = await reader.read('tip', (reading) => reading.operations(filter));
  const { height, blockHash } = operations.at(-1)?.event ?? { height: -1, blockHash: '' };
  return { height, blockHash };
}

async function vchain(
  settings: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const process = await system.run('services/cli/src/main.ts', args, settings);
  const { code } = await process.exited;
  return { code, output: await readFile(process.logFile, 'utf8') };
}

/** A database of ours with what another operator has: out of a file that he signed, as who gives nobody access to his database does. */
async function importedCopy(name: string, module: string, theirs: string): Promise<string> {
  const [key, file] = [`${name}.pem`, `${name}.snapshot`].map((each) => join(system.parts.runDirectory, each));
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeFile(key ?? '', privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const exported = ['snapshot', 'export', module, file ?? '', '--key', key ?? ''];
  expect(await vchain({ VCHAIN_POSTGRES_URL: theirs }, ...exported)).toMatchObject({ code: 0 });
  const copy = await system.createDatabase(name);
  const signer = `other=${publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')}`;
  const imported = ['snapshot', 'import', 'kv', file ?? '', '--signer', signer];
  expect(await vchain({ VCHAIN_POSTGRES_URL: copy }, ...imported)).toMatchObject({ code: 0 });
  return copy;
}

test.each([
  [
    'refuses what others accept',
    'consensus hash',
    undefined,
    `return { kind: 'rejected', code: 'NEVER', detail: '' };`,
  ],
  [
    'stores a fee that no transition shows',
    'changes hash',
    ['2b'],
    `const verdict = await machine.decide(op, context, state);
     const row = op.payload.kind === 'claim' ? await state.names.get({ name: op.payload.name }) : null;
     if (verdict.kind === 'accepted' && row !== null) await state.names.put({ ...row, claim_fee: row.claim_fee + 1n });
     return verdict;`,
  ],
] as const)(
  'one that %s from a height on: the alarm names exactly the first block that it made otherwise',
  async (_who, what, opcodes, rule) => {
    const from = system.fundedHeight + 17;
    const module = join(system.parts.runDirectory, `otherwise-${what.slice(0, 3)}.mjs`);
    await writeFile(
      module,
      `import { kvMachine } from '@virtualchain/machine-kv';
export default (parameters, chain) => {
  const machine = kvMachine(parameters, chain);
  const decide = async (op, context, state) => {
    if (context.block.height < ${from}) return machine.decide(op, context, state);
    ${rule}
  };
  return { ...machine, decide };
};\n`,
    );
    const expected = { ...(await firstAccepted(from, opcodes)), what };
    const other = await operator(`otherwise_${what.slice(0, 3)}`, module, [honest]);
    const red = await until('the alarm', other.health, ({ code }) => code === 503);
    const peer = honest.replace('http://', '');
    expect(red.body).toMatchObject({
      ok: false,
      detail: { peers: [{ peer, state: 'disagrees', difference: expected }] },
    });
    // It had not caught up then, perhaps: once it has, the alarm is the same one.
    await until(
      'all blocks are folded',
      async () => (await system.statuses(other.postgresUrl))[0]?.tip?.hash,
      (hash) => hash === system.miner.tip.hash,
    );
    await system.mine(2);
    const alarms = (await system.logOf(other.projector)).filter(({ code }) => code === 'PEER_DISAGREES');
    expect(alarms).toEqual([expect.objectContaining({ level: 'error', peer, ...expected })]);
    const command = /vchain (diverge .*)$/.exec(String(alarms[0]?.['reason']))?.[1] ?? '';
    const found = { code: 1, output: expect.stringContaining(`height ${expected.height}, ${what}`) };
    const theirs = [other.postgresUrl, await importedCopy(`copy_${what.slice(0, 3)}`, module, other.postgresUrl)];
    for (const url of theirs) {
      const args = command.replace('postgres://OURS', system.postgresUrl).replace('postgres://THEIRS', url);
      expect(await vchain({}, ...args.split(' '))).toMatchObject(found);
    }
  },
  180_000,
);
