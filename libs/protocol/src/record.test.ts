import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { blockHash, bytesToHex, height, satsText, sha256, txid } from '@virtualchain/bitcoin';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { EVENT_SCHEMAS } from './events.ts';
import { FEED_SCHEMAS } from './feed-entries.ts';
import { FEED_ENTRY_SCHEMAS } from './generated/feed-schemas.ts';
import { SCHEMAS } from './generated/schemas.ts';
import {
  asyncApiDocument,
  decodeEvent,
  encodeEvent,
  jsonSchemas,
  type LogEvent,
  type OperationEvent,
  operationsDigest,
} from './index.ts';

const utf8 = new TextEncoder();
const hash = blockHash('ab'.repeat(32));
const transaction = txid('ab'.repeat(32));
const at = height(101);
const placed = { schema: 1, log: '6f'.repeat(16), epoch: 1, sequence: 4 } as const;

const events: readonly LogEvent[] = [
  { type: 'log.created', ...placed, network: 'regtest', chain: 'kv', magic: '6b76', firstBlock: at },
  { type: 'writer.started', ...placed, writer: 'b2'.repeat(16) },
  {
    type: 'block.connected',
    ...placed,
    height: at,
    hash,
    previousHash: hash,
    header: '00'.repeat(80),
    time: 1795349625,
    work: '2',
    operationCount: 1,
    digest: hash,
  },
  {
    type: 'operation',
    ...placed,
    height: at,
    blockHash: hash,
    position: 0,
    txid: transaction,
    transactionIndex: 1,
    version: 2,
    locktime: 0,
    opcode: '2b',
    name: 'claim',
    payload: '616c696365',
    decoded: { name: 'alice' },
    senders: [
      {
        value: satsText(100_000n),
        scriptPubKey: '76a9',
        scriptType: 'pubkeyhash',
        addresses: ['m'],
        txid: transaction,
        index: 0,
      },
    ],
    inputs: [{ txid: transaction, index: 0, script: '', sequence: 4294967295 }],
    outputs: [{ value: satsText(0n), script: '6a' }],
    fee: satsText(-1_000n),
    merklePath: '70:66:m-…',
  },
  { type: 'block.disconnected', ...placed, height: at, hash, previousHash: hash },
];

test.each(events)('$type survives its bytes, and fits its published schema', (event) => {
  expect(decodeEvent(encodeEvent(event))).toEqual({ kind: 'event', event });
  const validate = new Ajv2020().compile(jsonSchemas().get(event.type) ?? false);
  expect(validate(event)).toBe(true);
  expect(validate({ ...event, sequence: 0 })).toBe(false);
});

const operation = events[3] as OperationEvent;
const [sender] = operation.senders as [OperationEvent['senders'][number]];

test('scripts that repeat stand once where all of them take too much, and fit the published schema', () => {
  const script = '51'.repeat(700);
  const event = { ...operation, senders: [sender, sender, sender].map((each) => ({ ...each, scriptPubKey: script })) };
  const bytes = encodeEvent(event);
  const stored = JSON.parse(Buffer.from(bytes).toString()) as OperationEvent;
  expect(stored.senders.map(({ scriptPubKey, scriptOf }) => [scriptPubKey, scriptOf])).toEqual([
    [script, undefined],
    ['', 0],
    ['', 0],
  ]);
  expect(new Ajv2020().compile(jsonSchemas().get('operation') ?? false)(stored)).toBe(true);
  expect(decodeEvent(bytes)).toEqual({ kind: 'event', event });
});

test.each([
  ['itself', [{ scriptOf: 0, scriptPubKey: '' }]],
  ['a later one', [{ scriptOf: 1, scriptPubKey: '' }, {}]],
  ['one that names another', [{}, { scriptOf: 0, scriptPubKey: '' }, { scriptOf: 1, scriptPubKey: '' }]],
  ['another one beside its own script', [{}, { scriptOf: 0 }]],
])('a sender that names the script of %s is a problem', (_whose, changes) => {
  const senders = changes.map((change) => ({ ...sender, ...change }));
  const value = utf8.encode(JSON.stringify({ ...operation, senders }));
  expect(decodeEvent(value).kind).toBe('problem');
});

test('events of any length have bytes of their own, and those of an event are never written over', () => {
  const made = Array.from({ length: 120 }, (_, index) => {
    const event = { ...operation, payload: '00'.repeat((index * 997) % 40_000), name: index % 3 === 0 ? 'é€😀' : 'a' };
    return { event, bytes: encodeEvent(event) };
  });
  for (const { event, bytes } of made) expect(decodeEvent(bytes)).toEqual({ kind: 'event', event });
});

test.each(events)('the bytes of $type do not depend on the order of its fields', (event) => {
  const backwards = Object.fromEntries(Object.entries(event).reverse()) as unknown as LogEvent;
  expect(bytesToHex(encodeEvent(backwards))).toBe(bytesToHex(encodeEvent(event)));
});

test('fields of a later schema are kept', () => {
  const later = { ...events[1], addedLater: true } as unknown as LogEvent;
  expect(decodeEvent(encodeEvent(later))).toEqual({ kind: 'event', event: later });
});

test.each([
  ['no bytes', new Uint8Array(0)],
  ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d)],
  ['text that is not JSON', utf8.encode('{')],
  ['null', utf8.encode('null')],
  ['an array', utf8.encode('[]')],
  ['an unknown type', utf8.encode('{"type":"block.vanished"}')],
  ['a type that is an object', utf8.encode('{"type":{}}')],
  ['a field too few', utf8.encode('{"type":"writer.started"}')],
  ['a hash in capitals', encodeEvent({ ...(events[4] as LogEvent), hash: 'AB'.repeat(32) } as LogEvent)],
])('%s is a problem, not an exception', (_what, bytes) => expect(decodeEvent(bytes).kind).toBe('problem'));

test('any bytes have an answer', () =>
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => utf8.encode(text)),
      ),
      (bytes) => {
        expect(decodeEvent(bytes).kind).toBe('problem');
      },
    ),
  ));

test('an event of ten megabytes is read', () => {
  const payload = '00'.repeat(5_000_000);
  expect(decodeEvent(encodeEvent({ ...events[3], payload } as LogEvent)).kind).toBe('event');
});

test('the digest is over the value bytes in order', () => {
  const [first, second] = [Uint8Array.of(1, 2), Uint8Array.of(3)];
  expect(operationsDigest([first, second])).toBe(bytesToHex(sha256(Uint8Array.of(1, 2, 3))));
  expect(operationsDigest([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

/** What the AsyncAPI 3.0 specification requires, as far as this document uses it. */
const ASYNC_API_SHAPE = {
  type: 'object',
  required: ['asyncapi', 'info', 'channels', 'operations', 'components'],
  additionalProperties: false,
  properties: {
    asyncapi: { const: '3.0.0' },
    info: { type: 'object', required: ['title', 'version'] },
    defaultContentType: { type: 'string' },
    channels: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        properties: {
          address: { type: 'string' },
          title: { type: 'string' },
          parameters: {
            type: 'object',
            additionalProperties: {
              type: 'object',
              additionalProperties: false,
              properties: {
                description: { type: 'string' },
                default: { type: 'string' },
                examples: { type: 'array', items: { type: 'string' } },
              },
            },
          },
          messages: { type: 'object', additionalProperties: { $ref: '#/$defs/ref' } },
          bindings: { type: 'object' },
        },
      },
    },
    operations: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['action', 'channel'],
        additionalProperties: false,
        properties: {
          action: { enum: ['send', 'receive'] },
          summary: { type: 'string' },
          channel: { $ref: '#/$defs/ref' },
          messages: { type: 'array', items: { $ref: '#/$defs/ref' } },
        },
      },
    },
    components: {
      type: 'object',
      required: ['messages', 'schemas'],
      properties: {
        messages: {
          type: 'object',
          additionalProperties: {
            type: 'object',
            required: ['name', 'payload', 'headers', 'contentType'],
            properties: { payload: { $ref: '#/$defs/ref' }, headers: { $ref: '#/$defs/ref' } },
          },
        },
      },
    },
  },
  $defs: {
    ref: { type: 'object', required: ['$ref'], additionalProperties: false, properties: { $ref: { type: 'string' } } },
  },
};

test('the AsyncAPI document has the structure of AsyncAPI 3, and every reference leads somewhere', () => {
  const document = asyncApiDocument();
  const validate = new Ajv2020().compile(ASYNC_API_SHAPE);
  validate(document);
  expect(validate.errors).toBeNull();
  const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
  expect(references.length).toBeGreaterThan(20);
  for (const reference of references) {
    const path = reference.slice('"$ref":"#/'.length, -1).split('/');
    expect(path.reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], document)).toBeDefined();
  }
  expect(readAddressParameters(document, 'operationLog')).toEqual(['prefix', 'network', 'chain']);
  expect(readAddressParameters(document, 'feed')).toEqual(['prefix', 'network', 'chain', 'machine']);
});

function readAddressParameters(document: Readonly<Record<string, unknown>>, channel: string): readonly string[] {
  const channels = document['channels'] as Readonly<Record<string, { address: string; parameters: object }>>;
  const { address, parameters } = channels[channel] as { address: string; parameters: object };
  const named = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  expect(Object.keys(parameters)).toEqual(named);
  return named;
}

test('the checked-in documents are up to date: npm run generate', () => {
  const folder = new URL('../generated/', import.meta.url);
  const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as unknown;
  expect(SCHEMAS).toEqual(JSON.parse(JSON.stringify(EVENT_SCHEMAS)));
  expect(FEED_ENTRY_SCHEMAS).toEqual(JSON.parse(JSON.stringify(FEED_SCHEMAS)));
  expect(read('asyncapi.json')).toEqual(asyncApiDocument());
  for (const [type, schema] of jsonSchemas()) expect(read(`${type}.schema.json`)).toEqual(schema);
});

test('bytes of a record are told from what is none, however long, and whatever a regular expression could bear', () => {
  const long = { ...operation, payload: 'ab'.repeat(20_000_000) };
  expect(decodeEvent(encodeEvent(long)).kind).toBe('event');
  for (const payload of ['abc', 'AB', 'zz', `${'ab'.repeat(20_000_000)}a`]) {
    const decoded = decodeEvent(new TextEncoder().encode(JSON.stringify({ ...operation, payload })));
    expect(decoded).toMatchObject({ kind: 'problem', problem: expect.stringContaining('/payload') });
  }
});
