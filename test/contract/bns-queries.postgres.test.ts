import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import {
  type BnsCollections,
  countNamesCreatedBy,
  hadValueHash,
  nameAt,
  nameHistory,
  nameOfDid,
  namesOfAddress,
  readParameters,
  transactionStatus,
} from '@virtualchain/machine-bns';
import { openProjection, type PostgresProjection, type Reader, readHashes } from '@virtualchain/projection';
import { addressOf } from '../kit/bns-steps.ts';
import { openReader } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { type Asked, hashOf, instanceWith, type Lives, livesOfNames, manyUpdates } from './bns-queries-history.ts';
import { queriesOfBlocks } from './bns-queries-of-blocks.ts';
import { queriesOfNames } from './bns-queries-of-names.ts';

let parts: RealParts<'postgres'>;
let lives: Lives;
let url: string;
let projection: PostgresProjection;
let reader: Reader<BnsCollections> & AsyncDisposable;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  lives = await livesOfNames();
  url = await parts.postgres.createDatabase('bns_queries');
  projection = await openProjection(url, lives.instance);
  await projection.advance(lives.changes.main);
  reader = await openReader<BnsCollections>(url, lives.instance);
}, 120_000);

afterAll(async () => {
  await reader?.[Symbol.asyncDispose]();
  await projection?.close();
  await parts?.[Symbol.asyncDispose]();
});

const [w2, w4] = ['w2', 'w4'].map(addressOf) as [string, string];

const at: Asked['at'] = (height, ask) => {
  const rules = readParameters(lives.instance.parameters);
  return reader.read(height, (reading) => ask({ reading, rules }));
};
const txid: Asked['txid'] = (height, position) => lives.txid(height, position);

/** The whole main branch: asked before a reorganisation, and after the way back. */
function theMainBranch(): void {
  const asked = { at, txid };
  queriesOfNames(asked);
  queriesOfBlocks(asked, () => readHashes(projection));
}

describe('the main branch', theMainBranch);

test('a height that is not there is refused, with the heights that are', async () => {
  const nothing = async () => undefined;
  for (const height of [99, 129, 1.5, 2 ** 40])
    await expect(reader.read(height, nothing)).rejects.toMatchObject({
      code: 'HEIGHT_OUT_OF_RANGE',
      message: expect.stringContaining('from 100 to 128'),
    });
  expect(await reader.read('tip', async ({ height, tip }) => [height, tip])).toEqual([128, 128]);
});

test('a reading is of one moment: a reorganisation in its middle is not seen, and the next reading sees it', async () => {
  await at('tip', async (view) => {
    const before = await nameHistory(view, 'foo.test');
    await projection.advance(lives.changes.over);
    expect(await nameHistory(view, 'foo.test')).toEqual(before);
    expect(await transactionStatus(view, txid(109, 0))).toMatchObject({ status: 'accepted' });
    expect(view.reading.height).toBe(128);
  });
  await at('tip', async (view) => {
    expect(view.reading.height).toBe(110);
    expect(await nameAt(view, 'foo.test')).toMatchObject({ record: { address: w4 }, expireBlock: 116 });
    expect(await nameAt(view, 'bar.test')).toMatchObject({ isRevoked: false });
    expect(await transactionStatus(view, txid(109, 0))).toEqual({ status: 'unknown' });
    expect((await nameHistory(view, 'foo.test')).map(({ height }) => height)).toEqual([108, 107, 106]);
    expect(await namesOfAddress(view, w4)).toEqual(['foo.test', 'imp.test']);
    expect(await nameOfDid(view, `did:stack:v0:${w2}-0`)).toMatchObject({ name: { record: { address: w4 } } });
    expect(await countNamesCreatedBy(view, w4)).toBe(1);
  });
  await expect(reader.read(111, async () => undefined)).rejects.toMatchObject({ code: 'HEIGHT_OUT_OF_RANGE' });
  await projection.advance(lives.changes.back);
});

describe('the main branch after the way back', theMainBranch);

test('pages of a history hold 20, and follow one another', async () => {
  const { instance, changes } = await manyUpdates(25);
  const other = await parts.postgres.createDatabase('bns_queries_pages');
  await using writing = await openProjection(other, instance);
  await writing.advance(changes);
  await using reading = await openReader<BnsCollections>(other, instance);
  const rules = readParameters(instance.parameters);
  const pages = await reading.read('tip', async (found) => {
    const view = { reading: found, rules };
    expect(await hadValueHash(view, 'foo.test', hashOf(0))).toBe(true);
    return [
      await nameHistory(view, 'foo.test', 0),
      await nameHistory(view, 'foo.test', 1),
      await nameHistory(view, 'foo.test', 2),
    ];
  });
  expect(pages.map(({ length }) => length)).toEqual([20, 6, 0]);
  const values = Array.from({ length: 25 }, (_, index) => hashOf(24 - index));
  expect(pages.flat().map(({ record }) => record.value_hash)).toEqual([...values, null]);
  expect(pages.flat().every(({ operations }) => operations.length === 1)).toBe(true);
});

test('other parameters than those of the build, and a database without one, are refused by name', async () => {
  const ask = async (where: string, instance = lives.instance) => {
    await using refused = await openReader(where, instance);
    return await refused.read('tip', async () => undefined);
  };
  await expect(ask(url, instanceWith({ gracePeriod: 5 }))).rejects.toMatchObject({ code: 'PARAMETERS_DIFFER' });
  await expect(ask(await parts.postgres.createDatabase('bns_queries_none'))).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});
