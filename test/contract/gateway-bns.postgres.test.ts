/** The name system over HTTP: rows at every height as on memory, its queries as its functions answer them, the original's paths. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import type { MachineQuery, Queries } from '@virtualchain/machine';
import {
  allNames,
  type BnsCollections,
  historicNameAt,
  nameCost,
  namesOfAddress,
  readParameters,
} from '@virtualchain/machine-bns';
import { openProjection, openRegistry, type Registry, readerOf } from '@virtualchain/projection';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { addressOf } from '../kit/bns-steps.ts';
import { foldedHeights, type GatewayApi, gatewayOver, rowsOnMemory } from '../kit/gateway-api.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { type Lives, livesOfNames } from './bns-queries-history.ts';

const BASE = '/v1/chains/bns/machines/bns';

let parts: RealParts<'postgres'>;
let lives: Lives;
let registry: Registry;
let gateway: GatewayApi;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  lives = await livesOfNames();
  const url = await parts.postgres.createDatabase('gateway_bns');
  await using projection = await openProjection(url, lives.instance);
  for (const changes of [lives.changes.main, lives.changes.over, lives.changes.back]) await projection.advance(changes);
  registry = await openRegistry(url);
  gateway = await gatewayOver(registry, 'mainnet');
}, 120_000);

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await parts?.[Symbol.asyncDispose]();
});

test('after reorganisations, rows of every collection at every height are those of a fold on memory', async () => {
  const { machine } = lives.instance;
  const all = Object.values(lives.changes).flat();
  const seen = new Set<string>();
  for await (const { fold, height, hash } of foldedHeights(machine, all)) {
    for (const [name, rows] of Object.entries(rowsOnMemory(machine, fold))) {
      expect(await gateway.entriesOf(`${BASE}/collections/${name}?at=${height}`, 3)).toEqual(rows);
      if (rows.length > 0) seen.add(name);
    }
    const { block } = await gateway.answered(`${BASE}/blocks/${hash}?at=${hash}`);
    expect(block).toMatchObject({ height, consensusHash: fold.tip?.consensusHash, changesHash: fold.tip?.changesHash });
  }
  expect([...seen].sort()).toEqual(['accounts', 'import_rings', 'names', 'namespaces', 'preorders', 'vesting']);
});

const [w2, w4] = ['w2', 'w4'].map(addressOf) as [string, string];

/** Something to ask each query for, which has an answer at the newest height. */
const ASKED: Readonly<Record<string, string>> = {
  get_name_record: 'name=bar.test',
  get_name_at: 'name=foo.test',
  get_name_history_page: 'name=foo.test&page=0',
  is_name_zonefile_hash: `name=foo.test&hash=${'33'.repeat(20)}`,
  get_name_DID: 'name=foo.test',
  get_DID_record: `did=did:stack:v0:${w4}-1`,
  get_name_cost: 'name=baz.test',
  get_namespace_blockchain_record: 'namespace=test',
  get_all_namespaces: '',
  get_num_names_in_namespace: 'namespace=test',
  get_names_in_namespace: 'namespace=test&limit=1',
  get_namespace_cost: 'namespace=other',
  get_num_names: '',
  get_num_names_cumulative: '',
  get_all_names: 'limit=1',
  get_all_names_cumulative: 'limit=2&after=bar.test',
  get_names_owned_by_address: `address=${w4}`,
  get_historic_names_by_address: `address=${w4}&limit=2`,
  get_num_historic_names_by_address: `address=${w4}`,
  ping: '',
  getinfo: '',
  get_num_blockstack_ops_at: 'height=107',
  get_blockstack_ops_at: 'height=107&verdict=any',
  get_blockstack_ops_hash_at: 'height=107',
  get_consensus_at: 'height=107',
  get_consensus_hashes: 'heights=107&heights=108&heights=9000',
  get_consensus: '',
  get_account_tokens: `address=${w2}`,
  get_account_at: `address=${w2}`,
  get_account_record: `address=${w2}`,
  get_account_balance: `address=${w2}&unit=STACKS`,
  get_account_history: `address=${w2}`,
};

test('every query answers as its schema says, and as its function does', async () => {
  const queries = lives.instance.machine.queries as Queries;
  const ajv = new Ajv2020({ strict: false });
  const { consensusHash } = (await gateway.answered(`${BASE}/queries/get_consensus_at?height=107`)).result;
  const asked = {
    ...ASKED,
    get_transaction_status: `txid=${lives.txid(107, 2)}`,
    get_block_from_consensus: `consensusHash=${consensusHash}`,
  };
  expect(Object.keys(asked).sort()).toEqual(Object.keys(queries).sort());
  for (const [name, text] of Object.entries(asked)) {
    const { result } = await gateway.answered(`${BASE}/queries/${name}?${text}`);
    const isValid = ajv.compile((queries[name] as MachineQuery).result);
    expect({ name, result, isValid: isValid(result), errors: isValid.errors }).toMatchObject({ isValid: true });
  }
  const rules = readParameters(lives.instance.parameters);
  const reader = readerOf<BnsCollections>(registry, lives.instance);
  for (const at of [107, 110, 128]) {
    const ask = async (text: string) => (await gateway.answered(`${BASE}/queries/${text}&at=${at}`)).result;
    await reader.read(at, async (reading) => {
      const view = { reading, rules };
      const found = await historicNameAt(view, 'foo.test');
      const { record, ...rest } = await ask('get_name_record?name=foo.test');
      expect(rest).toEqual({ ...found, record: undefined });
      expect(record).toMatchObject({ address: found?.record.address, value_hash: found?.record.value_hash });
      expect((await ask('get_all_names?limit=100')).names).toEqual(await allNames(view));
      expect((await ask(`get_names_owned_by_address?address=${w4}`)).names).toEqual(await namesOfAddress(view, w4));
      const cost = await nameCost(view, 'baz.test');
      expect(await ask('get_name_cost?name=baz.test')).toMatchObject({
        amount: String(cost?.amount),
        payTo: cost?.payTo,
      });
    });
  }
});

test('names come page by page, at one height', async () => {
  const ask = async (rest: string) =>
    (await gateway.answered(`${BASE}/queries/get_all_names?limit=1&at=112${rest}`)).result;
  const first = await ask('');
  const second = await ask(`&after=${first.next}`);
  expect([...first.names, ...second.names]).toEqual(['bar.test', 'foo.test']);
});

test.each([
  ['/v1/names/foo.test', 'get_name_record?name=foo.test'],
  ['/v1/names?limit=1', 'get_all_names?limit=1'],
  ['/v1/names/foo.test/history?page=0&at=110', 'get_name_history_page?name=foo.test&at=110'],
  [`/v1/addresses/bitcoin/${w4}`, `get_names_owned_by_address?address=${w4}`],
  ['/v1/namespaces', 'get_all_namespaces'],
  ['/v1/namespaces/test', 'get_namespace_blockchain_record?namespace=test'],
  ['/v1/namespaces/test/names?limit=1&after=bar.test', 'get_names_in_namespace?namespace=test&limit=1&after=bar.test'],
  ['/v2/prices/names/baz.test', 'get_name_cost?name=baz.test'],
  ['/v1/prices/namespaces/other', 'get_namespace_cost?namespace=other'],
  ['/v1/blockchains/bitcoin/operations/107', 'get_blockstack_ops_at?height=107'],
  ['/v1/blockchains/bitcoin/consensus/107', 'get_consensus_at?height=107'],
  [`/v1/accounts/${w2}/STACKS/balance`, `get_account_balance?address=${w2}`],
  ['/v1/info', 'getinfo'],
])('%s is what the original called it', async (path, query) => {
  expect(await gateway.answered(path)).toEqual(await gateway.answered(`${BASE}/queries/${query}`));
});

test.each([
  ['/v1/names/nobody.test', 404, 'NOT_FOUND', 'get_name_record'],
  ['/v1/blockchains/bitcoin/operations/soon', 400, 'QUESTION_INVALID', 'height'],
  [`${BASE}/queries/get_consensus_hashes?${'heights=1&'.repeat(33)}`, 400, 'QUESTION_INVALID', 'heights'],
  [`${BASE}/queries/get_name_record`, 400, 'QUESTION_INVALID', 'name'],
  [`${BASE}/queries/get_name_record?name=foo.test&at=9999`, 404, 'HEIGHT_OUT_OF_RANGE', '9999'],
  [`${BASE}/queries/get_zonefiles`, 404, 'NOT_FOUND', ''],
])('%s is refused with the reason', async (url, status, code, detail) => {
  expect(await gateway.get(url)).toMatchObject({ status, body: { code, detail: expect.stringContaining(detail) } });
});
