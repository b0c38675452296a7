/** The queries over the recorded chains, against their final records and the fold in memory at heights on the way. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type Collections, MemoryFold, type Reading, type Row } from '@virtualchain/machine';
import {
  accountBalance,
  allNames,
  allNamesEver,
  type BnsCollections,
  type BnsView,
  countNames,
  didOf,
  historicNameAt,
  isReady,
  isRevealed,
  type NameRow,
  type NamespaceRow,
  nameExists,
  nameHistory,
  nameOfDid,
  namespaceAt,
  readParameters,
} from '@virtualchain/machine-bns';
import { openProjection } from '@virtualchain/projection';
import type { BnsChainVectors } from '../conformance/src/bns/bns-chain.ts';
import { bnsBranches, bnsChanges } from '../kit/bns-branches.ts';
import { openReader } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';

let parts: RealParts<'postgres'>;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);

afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
});

async function vectorsOf(file: string): Promise<BnsChainVectors> {
  const path = new URL(`../vectors/${file}.json`, import.meta.url);
  return JSON.parse(await readFile(path, 'utf8')) as BnsChainVectors;
}

/** How many heights between two that are compared with memory. */
const stride = 11;

test.each(['bns-chain', 'bns-expiry-chain', 'bns-random-1'])(
  '%s: the queries answer the recorded final records, and at past heights what memory held then',
  async (file) => {
    const branches = await bnsBranches(`${file}.json`);
    const { instance, main } = branches;
    const rules = readParameters(instance.parameters);
    const url = await parts.postgres.createDatabase(`queries_${file.replaceAll('-', '_')}`);
    await using projection = await openProjection(url, instance);
    await projection.advance(await bnsChanges(branches));
    await using reader = await openReader<BnsCollections>(url, instance);
    await reader.read('tip', async (reading) => checkFinal(await vectorsOf(file), { reading, rules }));
    const fold = await MemoryFold.open(instance.machine);
    for (const [index, input] of main.entries()) {
      await fold.connect(input);
      if (index % stride === 0) await reader.read(input.height, (reading) => checkMoment(fold, { reading, rules }));
    }
  },
  120_000,
);

async function checkFinal({ final, keys }: BnsChainVectors, view: BnsView): Promise<void> {
  for (const [name, expected] of Object.entries(final.names)) {
    const answer = await historicNameAt(view, name);
    if (expected === null) expect(answer).toBeNull();
    else expect(answer === null ? null : { ...asRecorded(answer.record), opcode: answer.opcode }).toEqual(expected);
  }
  for (const [id, expected] of Object.entries(final.namespaces)) {
    const answer = await namespaceAt(view, id);
    const row = await view.reading.state.namespaces.get({ namespace_id: id });
    // One that is neither launched nor within the window of its reveal has a row, and no answer.
    expect(answer !== null).toBe(isReady(row) || isRevealed(view.rules, row, view.reading.height));
    if (row !== null) expect({ ...asRecorded(row), opcode: NAMESPACE_OPCODES[row.op] }).toEqual(expected);
  }
  for (const [who, balance] of Object.entries(final.balances))
    expect([who, `${await accountBalance(view, keys[who]?.address ?? who)}`]).toEqual([who, balance]);
}

const NAMESPACE_OPCODES: Readonly<Record<string, string>> = { '&': 'NAMESPACE_REVEAL', '!': 'NAMESPACE_READY' };

/** The file's JSON has amounts as numbers. */
function asRecorded(row: NameRow | NamespaceRow) {
  const { imported_op_fee, update_consensus_hash: _update, op_fee, token_fee, ...same } = row as NameRow;
  return { ...same, op_fee: imported_op_fee?.value ?? Number(op_fee), token_fee: Number(token_fee) };
}

async function checkMoment(fold: MemoryFold, view: BnsView): Promise<void> {
  const { reading, rules } = view;
  const state = (reading as unknown as Reading<Collections>).state;
  for (const [collection, found] of Object.entries(state)) {
    const rows: Row[] = [];
    for await (const row of found.all()) rows.push(row as Row);
    expect(rows).toEqual(fold.state.dump(collection));
    expect(await found.total()).toBe(rows.length);
  }
  const names = fold.state.dump('names') as readonly NameRow[];
  const namespaces = new Map(
    (fold.state.dump('namespaces') as readonly NamespaceRow[]).map((row) => [row.namespace_id, row]),
  );
  const live = names.filter((row) => nameExists(rules, row, namespaces.get(row.namespace_id) ?? null, reading.height));
  expect(await paged((after) => allNames(view, { limit: 7, ...after }))).toEqual(live.map(({ name }) => name));
  expect(await paged((after) => allNamesEver(view, { limit: 7, ...after }))).toEqual(names.map(({ name }) => name));
  expect(await countNames(view)).toBe(live.length);
  for (const row of names.slice(0, 5)) await checkName(view, row);
}

/** The newest version of a name is its row, versions join without a gap, and its DID leads back to it. */
async function checkName(view: BnsView, row: NameRow): Promise<void> {
  const history = await nameHistory(view, row.name);
  expect(history[0]).toMatchObject({ record: row, until: null });
  for (const [index, entry] of history.slice(1).entries()) expect(entry.until).toBe(history[index]?.height);
  expect(history.every(({ operations }) => operations.length > 0)).toBe(true);
  const txids = history[0]?.operations.map(({ event }) => event.txid);
  expect(txids?.at(-1)).toBe(row.txid);
  const did = await nameOfDid(view, (await didOf(view, row.name)) ?? '');
  expect(did).toMatchObject(
    row.revoked ? { kind: 'ended', name: row.name, by: 'revocation' } : { kind: 'name', name: { record: row } },
  );
}

async function paged(page: (from: { after?: string }) => Promise<readonly string[]>): Promise<readonly string[]> {
  const all: string[] = [];
  for (let found = await page({}); found.length > 0; found = await page({ after: all.at(-1) as string }))
    all.push(...found);
  return all;
}
