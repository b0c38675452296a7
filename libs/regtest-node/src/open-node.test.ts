import { appendFile, mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type OpenNode, startRegtestNode } from './index.ts';

const login = 'alice:a password';
const address = 'mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8';

let folder: string;
let node: OpenNode | null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vchain-regtest-'));
  node = await startRegtestNode({ login });
});

afterEach(async () => {
  await node?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function post(body: unknown, given = login, url = node?.url ?? '') {
  const headers = { authorization: `Basic ${Buffer.from(given).toString('base64')}` };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(new URL(url).origin, { method: 'POST', headers, body: text });
  const answer = await response.text();
  return { status: response.status, text: answer, json: answer === '' ? null : (JSON.parse(answer) as unknown) };
}

const call = (method: string, params: unknown = []) => ({ jsonrpc: '1.0', id: 1, method, params });

async function result<Result>(method: string, params: unknown = [], url = node?.url): Promise<Result> {
  const { json } = await post(call(method, params), login, url);
  return (json as { readonly result: Result }).result;
}

test('errors have the status of HTTP that Core gives them, under 1.0 and under 2.0', async () => {
  expect(await post(call('nothing'))).toMatchObject({
    status: 404,
    json: { error: { code: -32601, message: 'Method not found' }, result: null, id: 1 },
  });
  expect(await post(call('getblockhash', [5]))).toMatchObject({ status: 500, json: { error: { code: -8 } } });
  expect(await post({ ...call('getblockhash', [5]), jsonrpc: '2.0' })).toMatchObject({
    status: 200,
    json: { jsonrpc: '2.0', error: { code: -8, message: 'Block height out of range' }, id: 1 },
  });
  expect(await post('{')).toMatchObject({ status: 500, json: { error: { code: -32700 } } });
  expect((await post(call('getblockcount'), 'alice:wrong')).status).toBe(401);
  expect((await fetch(new URL(node?.url ?? '').origin)).status).toBe(405);
});

test('parameters come in order or by name, and wrong ones are told', async () => {
  const hash = await result<string>('getblockhash', { height: 0 });
  expect(await result('getblockheader', { blockhash: hash, verbose: false })).toHaveLength(160);
  expect(await post(call('getblock', ['abc']))).toMatchObject({
    json: { error: { code: -8, message: "blockhash must be of length 64 (not 3, for 'abc')" } },
  });
  expect(await post(call('getblockhash', ['0']))).toMatchObject({ json: { error: { code: -3 } } });
  expect(await post(call('getblockhash', []))).toMatchObject({
    json: { error: { code: -1, message: 'getblockhash height' } },
  });
  expect(await post(call('getblockhash', { hight: 0 }))).toMatchObject({
    json: { error: { code: -8, message: 'Unknown named parameter hight' } },
  });
});

test('a batch has an answer for each of its calls', async () => {
  const { json } = await post([call('getblockcount'), { ...call('nothing'), id: 2 }, { ...call('uptime'), id: 3 }]);
  expect(json).toMatchObject([
    { id: 1, result: 0 },
    { id: 2, error: { code: -32601 } },
    { id: 3, result: expect.any(Number) },
  ]);
});

test('amounts have all their places, and REST gives the bytes of a block', async () => {
  const [hash = ''] = await result<string[]>('generatetoaddress', [1, address]);
  expect((await post(call('getblock', [hash, 2]))).text).toContain('"value":50.00000000,');
  const rest = await fetch(`${new URL(node?.url ?? '').origin}/rest/block/${hash}.hex`);
  expect((await rest.text()).trim()).toBe(await result('getblock', [hash, 0]));
  expect((await fetch(`${new URL(node?.url ?? '').origin}/rest/block/${'ab'.repeat(32)}.bin`)).status).toBe(404);
});

test('blocks of the node follow its clock, and each is another one', async () => {
  await result('setmocktime', [2_000_000_000]);
  const [first = ''] = await result<string[]>('generatetoaddress', [1, address]);
  expect(await result('getblockheader', [first])).toMatchObject({ time: 2_000_000_000, height: 1 });
  await result('invalidateblock', [first]);
  const [again] = await result<string[]>('generatetoaddress', [1, address]);
  expect(again).not.toBe(first);
  expect(await result('generate', [2])).toHaveLength(2);
  expect(await post(call('generatetoaddress', [1, 'nobody']))).toMatchObject({
    json: { error: { code: -5, message: 'Error: Invalid address' } },
  });
});

test('what is chosen is mined, and a block that would be wrong is not made', async () => {
  await result('generatetoaddress', [1, address]);
  const { hash } = await result<{ hash: string }>('generateblock', [address, []]);
  expect(await result('getbestblockhash')).toBe(hash);
  const nowhere = `0200000001${'ab'.repeat(32)}00000000000000000001e803000000000000015100000000`;
  expect(await post(call('generateblock', [address, [nowhere]]))).toMatchObject({
    json: { error: { code: -25, message: 'TestBlockValidity failed: bad-txns-inputs-missingorspent' } },
  });
  expect(await post(call('generateblock', [address, ['cd'.repeat(32)]]))).toMatchObject({
    json: { error: { code: -5 } },
  });
});

test('help names every call, and stop ends the node', async () => {
  expect((await result<string>('help')).split('\n')).toContain('getblock "blockhash" ( verbosity )');
  expect(await result('help', ['getblockhash'])).toBe('getblockhash height');
  let isStopped = false;
  const stop = () => {
    isStopped = true;
  };
  await using other = await startRegtestNode({ login, stop });
  await result('stop', [], other.url);
  expect(isStopped).toBe(true);
});

test('cut-tail: a chain in a file is there again, without what was cut short at its end', async () => {
  const blockFile = join(folder, 'blocks');
  const reopened = async () => {
    await node?.[Symbol.asyncDispose]();
    node = null;
    node = await startRegtestNode({ login, blockFile });
    return result<string>('getbestblockhash');
  };
  await reopened();
  const hashes = await result<string[]>('generatetoaddress', [4, address]);
  await result('invalidateblock', [hashes[2]]);
  expect(await reopened()).toBe(hashes[1]);
  await result('reconsiderblock', [hashes[2]]);
  expect(await reopened()).toBe(hashes[3]);
  await appendFile(blockFile, Uint8Array.of(200, 0, 0, 0, 1, 2, 3, 4, 0, 9));
  expect(await reopened()).toBe(hashes[3]);
  const { size } = await stat(blockFile);
  await result('generatetoaddress', [1, address]);
  await truncate(blockFile, size + 100);
  expect(await reopened()).toBe(hashes[3]);
  expect(await result('generatetoaddress', [1, address])).toHaveLength(1);
});
