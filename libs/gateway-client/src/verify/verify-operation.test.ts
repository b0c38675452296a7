import { expect, test } from '@jest/globals';
import { bytesToHex, parseBlock, workFromBits } from '@virtualchain/bitcoin';
import { kvChain } from '@virtualchain/machine-kv';
import { operationEvents, scanBlock } from '@virtualchain/protocol';
import { buildChain, coinTransaction, operationTransaction, senderScript } from '@virtualchain/testing';
import { json, ScriptedGateway } from '../../../../test/kit/scripted-gateway.ts';
import type { Operation } from './transaction-of.ts';
import { type OperationQuestion, verifyOperation } from './verify-operation.ts';

const HEIGHT = 3;
const TOP = 8;
const chain = kvChain({});
const coins = ['alice', 'bob', 'carol'].map((sender) =>
  coinTransaction([{ value: 50_000n, script: senderScript(sender) }], sender),
);
const sent = coins.map((coin, i) => {
  return operationTransaction(
    chain,
    { sender: ['alice', 'bob', 'carol'][i] ?? '', opcode: '+', payload: `name${i}` },
    coin,
  );
});
const blocks = buildChain({ to: TOP, transactions: (at) => (at === HEIGHT ? sent.map(({ bytes }) => bytes) : []) });
const block = parseBlock(blocks[HEIGHT]?.bytes ?? new Uint8Array());
const operations = operationEvents(
  { chain, network: 'regtest' },
  { block, height: blocks[HEIGHT]?.height as never },
  scanBlock(block, chain),
  (txid) => coins.find((coin) => coin.txid === txid),
) as unknown as readonly Operation[];
const operation = operations[1] as Operation;
const headers = blocks.map(({ bytes }) => bytesToHex(bytes.subarray(0, 80)));
const proof = {
  ...{ at: { height: TOP }, txid: operation.txid, height: HEIGHT, blockHash: operation.blockHash },
  ...{ transactionIndex: operation.transactionIndex, merklePath: operation.merklePath },
  ...{ header: headers[HEIGHT], headers: headers.slice(HEIGHT + 1) },
};
const top = { hash: blocks[TOP]?.hash as string, height: TOP };
const workOfOne = workFromBits(0x207fffff);

interface Asked {
  readonly proof?: unknown;
  readonly operation?: unknown;
  readonly question?: Partial<OperationQuestion>;
  readonly txid?: string;
}

async function verified({
  proof: told = proof,
  operation: sent = operation,
  question = {},
  txid = operation.txid,
}: Asked) {
  await using gateway = await ScriptedGateway.answering(({ pathname }) =>
    pathname.endsWith('/proof')
      ? json(told)
      : pathname.endsWith('/feed')
        ? json({ entries: [{ operation: sent }] })
        : null,
  );
  const asked = { gateway: gateway.url, chain: 'kv', machine: 'kv', trusted: top, magic: '6b76', ...question };
  return { proven: await verifyOperation(txid, asked), asked: gateway.asked };
}

test('an operation is proved by a later header that is trusted, and then its height, too', async () => {
  const { proven, asked } = await verified({});
  expect(proven).toMatchObject({
    ...{ operation, hash: operation.blockHash, height: HEIGHT, confirmations: TOP - HEIGHT + 1 },
    ...{ work: workOfOne * BigInt(TOP - HEIGHT + 1), time: blocks[HEIGHT]?.time },
  });
  expect(asked).toEqual([
    `/v1/chains/kv/machines/kv/operations/${operation.txid}/proof?to=${TOP}`,
    `/v1/chains/kv/machines/kv/feed?from=${HEIGHT}&filter=txid=${operation.txid}&blocks=false&limit=1`,
  ]);
});

test('by the header of its own block; by an amount of work; as it was told before', async () => {
  const own = await verified({ question: { trusted: { hash: operation.blockHash } } });
  expect(own.proven).toMatchObject({ confirmations: 1, height: null });
  const byWork = await verified({ question: { trusted: { work: workOfOne * 6n } } });
  expect(byWork.proven.confirmations).toBe(TOP - HEIGHT + 1);
  const asItWasTold = await verified({ question: { operation }, operation: null });
  expect(asItWasTold.proven.operation).toBe(operation);
});

/** The header with other nonces. */
function withOtherNonces(header: string): readonly string[] {
  const nonces = Array.from({ length: 64 }, (_, nonce) => nonce.toString(16).padStart(2, '0').padEnd(8, '0'));
  return nonces.map((nonce) => header.slice(0, -8) + nonce).filter((other) => other !== header);
}

const [first, second, ...rest] = proof.headers as [string, string, ...string[]];
const flipped = (hex: string, at: number) => hex.slice(0, at) + (hex[at] === '0' ? '1' : '0') + hex.slice(at + 1);

test.each<readonly [string, Asked, string]>([
  ['another payload', { operation: { ...operation, payload: flipped(operation.payload, 3) } }, 'TRANSACTION_DIFFERS'],
  ['another opcode', { operation: { ...operation, opcode: '3d' } }, 'TRANSACTION_DIFFERS'],
  ['a payload of another chain', { question: { magic: '6b77' } }, 'TRANSACTION_DIFFERS'],
  [
    'another sender',
    { operation: { ...operation, senders: operation.senders.map((each) => ({ ...each, index: each.index + 1 })) } },
    'TRANSACTION_DIFFERS',
  ],
  [
    'a sender too many',
    { operation: { ...operation, senders: [...operation.senders, ...operation.senders] } },
    'TRANSACTION_DIFFERS',
  ],
  [
    'another amount',
    { operation: { ...operation, outputs: operation.outputs.map((each) => ({ ...each, value: `${each.value}1` })) } },
    'PATH_DOES_NOT_LEAD',
  ],
  ['another lock time', { operation: { ...operation, locktime: 7 } }, 'PATH_DOES_NOT_LEAD'],
  ['the operation beside it', { operation: operations[0] }, 'PATH_DOES_NOT_LEAD'],
  [
    'the operation beside it, with its path',
    { operation: operations[0], proof: { ...proof, merklePath: operations[0]?.merklePath } },
    'TRANSACTION_DIFFERS',
  ],
  ['another place in the block', { operation: { ...operation, transactionIndex: 1 } }, 'TRANSACTION_DIFFERS'],
  ['another block', { operation: { ...operation, blockHash: top.hash } }, 'TRANSACTION_DIFFERS'],
  ['another height', { operation: { ...operation, height: 4 } }, 'TRANSACTION_DIFFERS'],
  ['a path that is altered', { proof: { ...proof, merklePath: flipped(proof.merklePath, 30) } }, 'PATH_DOES_NOT_LEAD'],
  ['a path that is none', { proof: { ...proof, merklePath: 'hello' } }, 'PATH_DOES_NOT_LEAD'],
  [
    'the header of another block',
    { proof: { ...proof, header: first, headers: [second, ...rest] } },
    'PATH_DOES_NOT_LEAD',
  ],
  ['a header left out', { proof: { ...proof, headers: [second, ...rest] } }, 'HEADERS_DO_NOT_LINK'],
  ['headers in another order', { proof: { ...proof, headers: [second, first, ...rest] } }, 'HEADERS_DO_NOT_LINK'],
  ['headers that end below the trusted one', { proof: { ...proof, headers: [first] } }, 'TRUSTED_HEADER_NOT_REACHED'],
  [
    'another header that is trusted',
    { question: { trusted: { hash: '00'.repeat(32) } } },
    'TRUSTED_HEADER_NOT_REACHED',
  ],
  ['less work than is asked for', { question: { trusted: { work: workOfOne * 7n } } }, 'TOO_LITTLE_WORK'],
  ['a header that is none', { proof: { ...proof, header: 'hello' } }, 'ANSWER_MALFORMED'],
  ['a proof that is none', { proof: null }, 'ANSWER_MALFORMED'],
  ['headers that are none', { proof: { ...proof, headers: [1] } }, 'ANSWER_MALFORMED'],
  ['an operation that is none', { operation: {} }, 'ANSWER_MALFORMED'],
  [
    'an operation with bytes that are none',
    { operation: { ...operation, inputs: [{ ...operation.inputs[0], script: 'x' }] } },
    'ANSWER_MALFORMED',
  ],
  ['another transaction than asked for', { txid: operations[0]?.txid as string }, 'TRANSACTION_DIFFERS'],
])('refused: %s', async (_what, asked, problem) => {
  await expect(verified(asked)).rejects.toMatchObject({ code: 'ANSWER_NOT_PROVEN', remedy: 'halt', problem });
});

test('headers whose hash is above their target are refused, whatever they name', async () => {
  const problems = await Promise.all(
    withOtherNonces(headers[HEIGHT] as string).map((header) =>
      verified({ proof: { ...proof, header, headers: [] }, question: { trusted: { work: workOfOne } } }).then(
        () => 'none',
        (error: { readonly problem: string }) => error.problem,
      ),
    ),
  );
  // About every other nonce is one.
  expect(new Set(problems)).toEqual(new Set(['NO_PROOF_OF_WORK', 'TRANSACTION_DIFFERS']));
});
