import { expect, test } from '@jest/globals';
import { blockHash, bytesToHex, height, NULL_TXID, satsText, txid } from '@virtualchain/bitcoin';
import type { OperationEvent } from '@virtualchain/protocol';
import fc from 'fast-check';
import { bnsChain, bnsMachine, EPOCHS, OPCODES } from './index.ts';

const hex = (most: number) => fc.uint8Array({ maxLength: most }).map(bytesToHex);
const hash20 = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(bytesToHex);
const script = fc.oneof(
  hash20.map((hash) => `76a914${hash}88ac`),
  hash20.map((hash) => `a914${hash}87`),
  hash20.map((hash) => `0014${hash}`),
  hex(80),
);
const opcode = fc.oneof(
  fc.constantFrom(...Object.values(OPCODES)).map((byte) => bytesToHex(Uint8Array.of(byte))),
  fc.uint8Array({ minLength: 1, maxLength: 1 }).map(bytesToHex),
  fc.constant(null),
);
const lengths = [0, 3, 18, 20, 33, 36, 43, 44, 57, 63, 65];
const payload = fc.oneof(
  hex(100),
  ...lengths.map((length) => fc.uint8Array({ minLength: length, maxLength: length }).map(bytesToHex)),
);

const anyEvent = fc
  .record({
    height: fc.integer({ min: 0, max: 700_000 }).map(height),
    opcode,
    payload,
    senders: fc.array(
      script.map((scriptPubKey) => ({
        value: satsText(0n),
        scriptPubKey,
        scriptType: 'nonstandard',
        addresses: [],
        txid: NULL_TXID,
        index: 0,
      })),
      { maxLength: 3 },
    ),
    inputs: fc.array(
      hex(110).map((each) => ({ txid: NULL_TXID, index: 0, script: each, sequence: 0 })),
      { maxLength: 3 },
    ),
    outputs: fc.array(fc.record({ value: fc.bigInt({ min: 0n, max: 0x7fffffffn }).map(satsText), script }), {
      maxLength: 5,
    }),
  })
  .map(
    (said): OperationEvent => ({
      type: 'operation',
      schema: 1,
      log: '00'.repeat(16),
      epoch: 1,
      sequence: 1,
      blockHash: blockHash('00'.repeat(32)),
      position: 0,
      txid: txid('11'.repeat(32)),
      transactionIndex: 1,
      version: 1,
      locktime: 0,
      name: null,
      decoded: null,
      fee: satsText(0n),
      merklePath: '',
      ...said,
    }),
  );

const chain = bnsChain({});
const machine = bnsMachine({}, chain);

/** Text as JSON and Postgres take it: printable ASCII. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

test('every transaction has an answer, and none of its text could upset a database', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const parsed = machine.parse(event);
      for (const text of texts(parsed)) expect(text).toMatch(/^[ -~]*$/);
    }),
    { numRuns: 2_000 },
  );
});

test('every payload has an answer for subscribers, and survives JSON', () => {
  fc.assert(
    fc.property(fc.constantFrom(...chain.operations.values()), fc.uint8Array({ maxLength: 100 }), (codec, bytes) => {
      const decoded = codec.decode(bytes);
      expect(JSON.parse(JSON.stringify(decoded))).toEqual(decoded);
      for (const text of texts(decoded)) expect(text).toMatch(/^[ -~]*$/);
    }),
    { numRuns: 2_000 },
  );
});

test('every word that a person types has an answer', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...chain.operations.values()),
      fc.array(fc.string(), { maxLength: 8 }),
      (codec, words) => {
        const encoded = codec.encode?.(words);
        if (encoded?.kind === 'payload') expect(codec.decode(encoded.payload).kind).toBe('decoded');
      },
    ),
    { numRuns: 1_000 },
  );
});

test('the epochs are numbered, and nothing is taken back from one to the next', () => {
  expect(EPOCHS.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  for (const feature of ['hasGrace', 'hasMultisig', 'takesValueHash', 'hasTokens', 'takesZeroConsensusHash'] as const) {
    const since = EPOCHS.findIndex((epoch) => epoch[feature]);
    expect(EPOCHS.slice(since).every((epoch) => epoch[feature])).toBe(true);
  }
});

test('parameters that make no machine are all named', () => {
  const wrong = { gracePeriod: -1, epochEnds: [1], addressVersions: 5, genesisAccounts: [{}], graze: 1 };
  expect(() => bnsMachine(wrong, chain)).toThrow(
    /graze.*gracePeriod.*addressVersions.*epochEnds.*genesisAccounts\[0\]/,
  );
});
