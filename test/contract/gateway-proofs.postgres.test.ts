/** Proofs over HTTP, checked as somebody would who believes nothing: of a transaction by headers, of a block by a consensus hash. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type Height,
  headerHash,
  hexToBytes,
  parseHeader,
  parseMerklePath,
  verifyMerklePath,
} from '@virtualchain/bitcoin';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type ConsensusHash, type SnvServer, verifyOperations } from '@virtualchain/machine';
import { openRegistry, type Registry } from '@virtualchain/projection';
import { advanceAll, kvChanges, openKv } from '../bench/kit/kv-run.ts';
import { workloadInstance } from '../bench/workloads/entries.ts';
import { type GatewayApi, gatewayOver } from '../kit/gateway-api.ts';
import { sharedServers } from '../kit/shared-servers.ts';

const BASE = '/v1/chains/kv/machines/kv';
const BLOCKS = 12;

let parts: RealParts<'postgres'>;
let registry: Registry;
let gateway: GatewayApi;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  const url = await parts.postgres.createDatabase('gateway_proofs');
  await using projection = await openKv(url);
  await advanceAll(projection, await kvChanges(BLOCKS, 0.005));
  registry = await openRegistry(url);
  gateway = await gatewayOver(registry, 'regtest');
}, 120_000);

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await parts?.[Symbol.asyncDispose]();
});

test('a transaction leads by its merkle path to its header, and headers to the newest block', async () => {
  const operations = await gateway.entriesOf(`${BASE}/operations?to=3`, 500);
  expect(operations.length).toBeGreaterThan(5);
  const tip = (await gateway.answered(`${BASE}/blocks?limit=1`)).entries[0];
  for (const { txid, height, blockHash } of operations) {
    const proof = await gateway.answered(`${BASE}/operations/${txid}/proof`);
    expect(proof).toMatchObject({ txid, height, blockHash, at: { height: BLOCKS } });
    const { merkleRoot } = parseHeader(hexToBytes(proof.header));
    const path = parseMerklePath(proof.merklePath);
    expect(path !== null && verifyMerklePath(String(txid), path, merkleRoot)).toBe(true);
    let last = blockHash;
    expect(headerHash(hexToBytes(proof.header))).toBe(last);
    for (const header of proof.headers as readonly string[]) {
      expect(parseHeader(hexToBytes(header)).previousHash).toBe(last);
      last = headerHash(hexToBytes(header));
    }
    expect([proof.headers.length, last]).toEqual([BLOCKS - Number(height), tip.hash]);
  }
});

test('a proof ends where it is asked to, and at the height that is read', async () => {
  const [one] = await gateway.entriesOf(`${BASE}/operations?to=2`, 500);
  const url = `${BASE}/operations/${one?.['txid']}/proof`;
  expect((await gateway.answered(`${url}?to=4`)).headers).toHaveLength(2);
  expect((await gateway.answered(`${url}?at=3`)).headers).toHaveLength(1);
  for (const [query, status, code] of [
    ['to=1', 400, 'QUESTION_INVALID'],
    ['to=13', 404, 'NOT_FOUND'],
    ['at=1', 404, 'NOT_FOUND'],
  ] as const)
    expect({ query, ...(await gateway.get(`${url}?${query}`)) }).toMatchObject({ status, body: { code } });
});

test('the header of a block is had by height and by hash', async () => {
  const { block } = await gateway.answered(`${BASE}/blocks/5`);
  const { header } = await gateway.answered(`${BASE}/blocks/${block.hash}/header`);
  expect(headerHash(hexToBytes(header))).toBe(block.hash);
  expect(await gateway.answered(`${BASE}/blocks/5/header`)).toMatchObject({ height: 5, hash: block.hash, header });
});

/** A machine at a gateway as a light client asks it. */
function snvServer(at: string): SnvServer {
  const ask = (path: string) => gateway.answered(`${BASE}/snv/${path}&at=${at}`);
  return {
    opsHash: async (height) => (await ask(`ops-hash?height=${height}`)).opsHash,
    consensusHashes: async (heights) =>
      heights.length === 0 ? [] : (await ask(`consensus-hashes?heights=${heights.join(',')}`)).consensusHashes,
    operationsAt: async (height) =>
      (await ask(`operations?height=${height}`)).operations.map((hex: string) => hexToBytes(hex)),
  };
}

test('every block is proved by the newest consensus hash, and by a wrong one none', async () => {
  const { firstBlock } = workloadInstance().machine;
  const { consensusHash } = (await gateway.answered(`${BASE}/blocks/${BLOCKS}`)).block;
  for (let height = 1; height <= BLOCKS; height++) {
    const target = height as Height;
    const trusted = { height: BLOCKS as Height, consensusHash: consensusHash as ConsensusHash };
    const proved = await verifyOperations({ trusted, target, firstBlock }, snvServer(String(BLOCKS)));
    const accepted = (await gateway.answered(`${BASE}/blocks/${height}`)).block.accepted;
    expect(proved).toMatchObject({ kind: 'authentic', height });
    if (proved.kind === 'authentic') expect(proved.operations.length >= accepted).toBe(true);
    const other = { height: trusted.height, consensusHash: '00'.repeat(16) as ConsensusHash };
    expect(await verifyOperations({ trusted: other, target, firstBlock }, snvServer(String(BLOCKS)))).toMatchObject({
      kind: 'refused',
    });
  }
});

test('nothing above the height that is read is told, and wrong questions are refused by their parameter', async () => {
  expect(await gateway.answered(`${BASE}/snv/ops-hash?height=5&at=4`)).toMatchObject({ opsHash: null });
  expect(await gateway.answered(`${BASE}/snv/operations?height=5&at=4`)).toMatchObject({ operations: [] });
  expect(await gateway.answered(`${BASE}/snv/consensus-hashes?heights=5,4&at=4`)).toMatchObject({
    consensusHashes: [null, expect.any(String)],
  });
  const [one] = await gateway.entriesOf(`${BASE}/operations?from=5&to=5`, 500);
  const { transactionIndex } = one ?? {};
  expect(await gateway.answered(`${BASE}/snv/place?txid=${one?.['txid']}`)).toMatchObject({
    place: { height: 5, transactionIndex },
  });
  expect(await gateway.answered(`${BASE}/snv/place?txid=${one?.['txid']}&at=4`)).toMatchObject({ place: null });
  for (const [path, name] of [
    ['ops-hash?height=x', 'height'],
    ['consensus-hashes?heights=1,x', 'heights'],
    [`consensus-hashes?heights=${'1,'.repeat(1_000)}1`, 'heights'],
    ['place?txid=12', 'txid'],
  ])
    expect(await gateway.get(`${BASE}/snv/${path}`)).toMatchObject({
      status: 400,
      body: { code: 'QUESTION_INVALID', detail: expect.stringContaining(String(name)) },
    });
});
