import { expect, test } from '@jest/globals';
import { type BlockHash, blockHash, bytesToHex, type Height, NULL_HASH, satsText, txid } from '@virtualchain/bitcoin';
import { MemoryFold } from '@virtualchain/machine';
import type { OperationEvent } from '@virtualchain/protocol';
import fc from 'fast-check';
import { ASSUMPTIONS, OPCODES, stacksChain, stacksMachine } from './index.ts';

const MAGIC = '5433';
const FIRST = 100;
/** Every epoch for ten blocks, a cycle of ten; sunset and waterfall within them. */
const chain = stacksChain({
  ...{ network: 'devnet', firstBlock: FIRST, cycle: 10, prepare: 3, sunsetStart: 105, sunsetEnd: 118, waterfall: 200 },
  epochs: { '2.0': 100, '2.05': 110, '2.1': 120, '2.5': 130, '3.0': 140, '3.1': 150, '4.0': 160 },
});
const lastHeight = 215;

const bytes = (most: number, least = 0) => fc.uint8Array({ minLength: least, maxLength: most }).map(bytesToHex);
const hash = (length: number) => fc.oneof(fc.constant('00'.repeat(length)), bytes(length, length));
const paying = fc.oneof(
  hash(20).map((of) => `76a914${of}88ac`),
  hash(20).map((of) => `a914${of}87`),
  hash(20).map((of) => `0014${of}`),
  hash(32).map((of) => `0020${of}`),
  hash(32).map((of) => `5120${of}`),
);
const script = fc.oneof({ arbitrary: paying, weight: 9 }, { arbitrary: bytes(40), weight: 1 });
const key = '02d8015134d9db8178ac93acbc43170a2f20febba5087a5b0437058765ad5133d0';
const inputScript = fc.oneof(fc.constant(`0130${`21${key}`}`), bytes(60), fc.constant(''));
const opcode = fc.oneof(fc.constantFrom(...Object.values(OPCODES), 0x5f), fc.integer({ min: 0, max: 255 }));
/** A pointer to what may be there: mostly near. */
const pointer = fc.tuple(fc.integer({ min: 0, max: lastHeight }), fc.integer({ min: 0, max: 3 }));
const pointers = fc.tuple(pointer, pointer, fc.integer({ min: 0, max: 255 })).map(([parent, of, last]) => {
  const places = [parent, of].map(
    ([height, index]) => height.toString(16).padStart(8, '0') + index.toString(16).padStart(4, '0'),
  );
  return `${'ab'.repeat(64)}${places.join('')}${last.toString(16).padStart(2, '0')}`;
});
const vrf = fc.constantFrom(
  'a366b51292bef4edd64063d9145c617fec373bceb0758e98cd72becd84d54c7a',
  'bb519494643f79f1dea0350e6fb9a1da88dfdb6137117fc2523824a8aa44fe1c',
);
const payload = fc.oneof(
  bytes(90),
  pointers,
  vrf.map((of) => `${'22'.repeat(20)}${of}`),
  bytes(70, 15).map((rest) => `${'00'.repeat(15)}${rest}`),
);
const push = (data: string): string => {
  const length = data.length / 2;
  const prefix = length < 76 ? '' : length < 256 ? '4c' : '4d';
  const size =
    length < 256
      ? length.toString(16).padStart(2, '0')
      : `${(length & 255).toString(16).padStart(2, '0')}${(length >> 8).toString(16).padStart(2, '0')}`;
  return `6a${prefix}${size}${data}`;
};
const dataOutput = fc.oneof(
  {
    arbitrary: fc
      .tuple(opcode, payload)
      .map(([of, rest]) => push(`${MAGIC}${of.toString(16).padStart(2, '0')}${rest}`)),
    weight: 9,
  },
  { arbitrary: bytes(60).map((rest) => `6a${rest}`), weight: 1 },
);
const satoshis = fc.constantFrom(0n, 1n, 500n, 500n, 2_100_000_000_000_000n).map(satsText);
const outpoint = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3 }));
const txidOf = (number: number) => txid(number.toString(16).padStart(64, '0'));

const said = fc.record({
  data: dataOutput,
  value: satoshis,
  paid: fc.array(fc.record({ value: satoshis, script }), { maxLength: 4 }),
  inputs: fc.array(fc.record({ outpoint, script: inputScript, witness: fc.array(bytes(40), { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 2,
  }),
});

function eventOf(
  { data, value, paid, inputs }: typeof said extends fc.Arbitrary<infer Said> ? Said : never,
  { height, hash: of, position, number }: { height: Height; hash: BlockHash; position: number; number: number },
): OperationEvent {
  return {
    ...{ type: 'operation', schema: 1, log: '00'.repeat(16), epoch: 1, sequence: 1, height, blockHash: of, position },
    ...{ txid: txidOf(number), transactionIndex: position, version: 1, locktime: 0, opcode: null, name: null },
    ...{ payload: '', decoded: null, senders: [], fee: satsText(0n as never), merklePath: '', isWithoutSenders: true },
    inputs: inputs.map(({ outpoint: [of32, index], ...rest }) => ({ txid: txidOf(of32), index, sequence: 0, ...rest })),
    outputs: [{ value, script: data }, ...paid],
  };
}

/** Text as JSON and Postgres take it: printable ASCII. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

const blocks = fc.array(fc.tuple(fc.integer({ min: FIRST + 1, max: lastHeight }), fc.array(said, { maxLength: 6 })), {
  maxLength: 12,
});

test('whatever follows the magic, in whatever epoch: every transaction has a verdict, and no row upsets a database', () =>
  fc.assert(
    fc.asyncProperty(blocks, async (made) => {
      const machine = stacksMachine({ sortition: { assume: ASSUMPTIONS } }, chain);
      const fold = await MemoryFold.open(machine);
      const byHeight = new Map(made);
      let number = 0;
      let previousHash = NULL_HASH;
      for (let at = FIRST + 1; at <= Math.max(FIRST, ...byHeight.keys()); at += 1) {
        const height = at as Height;
        const hashOf = blockHash(at.toString(16).padStart(64, '0'));
        const operations = (byHeight.get(at) ?? []).map((each, position) => {
          number += 1;
          return eventOf(each, { height, hash: hashOf, position, number });
        });
        const folded = await fold.connect({ height, hash: hashOf, previousHash, time: at, operations });
        expect(folded?.outcomes).toHaveLength(operations.length);
        previousHash = hashOf;
      }
      for (const name of Object.keys(machine.collections))
        for (const text of texts(fold.state.dump(name))) expect(text).toMatch(/^[ -~]*$/);
    }),
    { numRuns: 150 },
  ));

test('every payload has an answer for subscribers, and survives JSON', () =>
  fc.assert(
    fc.property(
      fc.constantFrom(...chain.operations.values()),
      fc.uint8Array({ maxLength: 100 }),
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
      (codec, given, scripts) => {
        const outputs = scripts.map((each) => ({ value: 1n as never, script: each }));
        const decoded = codec.decode(given, { height: 150 as Height, network: 'regtest', outputs });
        expect(JSON.parse(JSON.stringify(decoded))).toEqual(decoded);
        for (const text of texts(decoded)) expect(text).toMatch(/^[ -~]*$/);
      },
    ),
    { numRuns: 2_000 },
  ));

test.each([
  ['leader_key_register', `${'22'.repeat(20)} a366b51292bef4edd64063d9145c617fec373bceb0758e98cd72becd84d54c7a 0102`],
  ['leader_block_commit', `${'11'.repeat(32)} ${'22'.repeat(32)} 140 1 135 2 3 17`],
  ['pre_stx', ''],
  ['stack_stx', `340282366920938463463374607431768211455 12 ${key} 5 7`],
  ['stack_stx', '1000000 1'],
  ['transfer_stx', '1000000 68656c6c6f'],
  ['delegate_stx', '1000000 1 900000'],
  ['delegate_stx', '1000000 - 900000'],
  ['vote_for_aggregate_key', `257 ${key} 1 140`],
])('%s of the words %j reads as it was written', (name, words) => {
  const [opcodeOf, codec] = [...chain.operations].find(([, each]) => each.name === name) ?? [];
  const encoded = codec?.encode?.(words === '' ? [] : words.split(' '));
  expect(opcodeOf).toBe(OPCODES[name as keyof typeof OPCODES]);
  const payloadOf = encoded?.kind === 'payload' ? encoded.payload : new Uint8Array(0);
  const decoded = codec?.decode(payloadOf);
  const values = decoded?.kind === 'decoded' ? Object.values(decoded.value as object).map(String) : [];
  for (const word of words.split(' '))
    if (word !== '' && word !== '-' && name !== 'delegate_stx') expect(values).toContain(word);
  expect(decoded?.kind).toBe('decoded');
});

test.each([
  ['stack_stx', '340282366920938463463374607431768211456 1'],
  ['stack_stx', '1 256'],
  ['stack_stx', '-1 1'],
  ['transfer_stx', `1 ${'00'.repeat(62)}`],
  ['leader_block_commit', `${'11'.repeat(32)} ${'22'.repeat(32)} 140 1 135 2 5 17`],
  ['pre_stx', 'something'],
  ['vote_for_aggregate_key', '1 02 3 4'],
])('%s of the words %j says nothing', (name, words) => {
  const codec = [...chain.operations.values()].find((each) => each.name === name);
  expect(codec?.encode?.(words.split(' ')).kind).toBe('problem');
});
