import { expect, test } from '@jest/globals';
import { bytesToHex, parsePrivateKey, sha256 } from '@virtualchain/bitcoin';
import { type NodeRpc, NodeRpcError } from '@virtualchain/node-client';
import { createAccount } from './account.ts';
import { scanCoins } from './scan-coins.ts';

const account = createAccount('p2wpkh', [parsePrivateKey(`${bytesToHex(sha256(Uint8Array.of(1)))}01`)], 'regtest');

/** A node that scans for somebody else `times` times before it scans for us. */
function busyNode(times: number) {
  let asked = 0;
  const rpc = {
    label: 'a node',
    call: async (method: string) => {
      asked += 1;
      if (method === 'scantxoutset' && asked <= times)
        throw new NodeRpcError('a node', method, -8, 'Scan already in progress, use action "abort" or "status"');
      return { success: true, unspents: [] };
    },
  } as unknown as NodeRpc;
  return { rpc, asked: () => asked };
}

test('a scan for somebody else is waited for, and said once', async () => {
  const said: string[] = [];
  const { rpc, asked } = busyNode(2);
  const found = await scanCoins(rpc, account, { say: (line) => said.push(line) });
  expect([found, asked()]).toEqual([{ coins: [], leftOut: null }, 3]);
  expect(said).toEqual(['a node is looking for coins for somebody else; waiting until it is done']);
});

test('a scan that does not end is not waited for without end', async () => {
  const { rpc } = busyNode(Number.POSITIVE_INFINITY);
  await expect(scanCoins(rpc, account, { waitMaxMs: 1 })).rejects.toMatchObject({
    code: 'SCAN_BUSY',
    message: expect.stringContaining('--coin txid:index'),
  });
});
