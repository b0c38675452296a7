import { FEED_ENTRY_SCHEMAS } from './generated/feed-schemas.ts';
import { SCHEMAS } from './generated/schemas.ts';

/** Schemas of records as plain JSON, by type. */
type Schemas = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const JSON_SCHEMA_DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** The JSON Schema of each type of record, by type. */
export function jsonSchemas(schemas: Schemas = SCHEMAS): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  return new Map(Object.entries(schemas).map(([type, schema]) => [type, { $schema: JSON_SCHEMA_DIALECT, ...schema }]));
}

/** An operation log, and the feed that a machine makes of it, as an AsyncAPI 3 document, made from the same definitions as the types. */
export function asyncApiDocument(
  schemas: Schemas = SCHEMAS,
  feedSchemas: Schemas = FEED_ENTRY_SCHEMAS,
): Readonly<Record<string, unknown>> {
  const types = Object.keys(schemas);
  const kinds = Object.keys(feedSchemas);
  return {
    asyncapi: '3.0.0',
    info: INFO,
    defaultContentType: 'application/json',
    channels: {
      operationLog: {
        address: '{prefix}.{network}.{chain}',
        title: 'The operation log of one virtual chain',
        parameters: placeParameters,
        messages: Object.fromEntries(types.map((type) => [messageName(type), ref('messages', messageName(type))])),
        bindings: { kafka: kafkaChannel },
      },
      feed: {
        address: '{prefix}.{network}.{chain}.{machine}.feed',
        title: 'What one state machine made of the operation log, retractions included',
        parameters: {
          ...placeParameters,
          machine: { description: 'name of the state machine', examples: ['kv', 'bns'] },
        },
        messages: Object.fromEntries(kinds.map((kind) => [messageName(kind), ref('messages', messageName(kind))])),
        bindings: { kafka: kafkaChannel },
      },
    },
    operations: {
      appendToLog: {
        action: 'send',
        summary: 'The one writer of the topic appends whole blocks in transactions.',
        channel: { $ref: '#/channels/operationLog' },
        messages: types.map((type) => ({ $ref: `#/channels/operationLog/messages/${messageName(type)}` })),
      },
      followLog: {
        action: 'receive',
        summary: 'Readers follow the log with isolation level read_committed, and check sequence, parent and digest.',
        channel: { $ref: '#/channels/operationLog' },
        messages: types.map((type) => ({ $ref: `#/channels/operationLog/messages/${messageName(type)}` })),
      },
      followFeed: {
        action: 'receive',
        summary:
          'Readers follow the feed with isolation level read_committed; the cursor of an entry is its place, and comes once.',
        channel: { $ref: '#/channels/feed' },
        messages: kinds.map((kind) => ({ $ref: `#/channels/feed/messages/${messageName(kind)}` })),
      },
    },
    components: {
      messages: {
        ...messagesOf(schemas, 'CloudEventHeaders'),
        ...messagesOf(feedSchemas, 'FeedEventHeaders'),
      },
      schemas: {
        ...Object.fromEntries(
          Object.entries({ ...schemas, ...feedSchemas }).map(([type, schema]) => [messageName(type), schema]),
        ),
        CloudEventHeaders: eventHeaders('<log>:<sequence>'),
        FeedEventHeaders: eventHeaders('<feed>:<position>, the cursor of the entry'),
      },
    },
  };
}

const INFO = {
  title: 'virtualchain operation logs and feeds',
  version: '1.0.0',
  description:
    'One topic per virtual chain, with exactly one partition: its order is the product. Records are read from the ' +
    'first one; nothing is ever rewritten or compacted. What a machine made of the log may be written to another topic, its feed.',
  license: { name: 'Apache-2.0' },
};

const placeParameters = {
  prefix: { description: 'configured prefix', default: 'vchain' },
  network: { description: 'name of the Bitcoin network', examples: ['mainnet', 'testnet4', 'regtest'] },
  chain: { description: 'name of the virtual chain', examples: ['kv', 'bns'] },
};

const kafkaChannel = {
  partitions: 1,
  topicConfiguration: {
    'cleanup.policy': ['delete'],
    'retention.ms': -1,
    'retention.bytes': -1,
    'max.message.bytes': 16 * 1024 * 1024,
  },
  bindingVersion: '0.5.0',
};

const eventHeaders = (id: string) => ({
  type: 'object',
  required: ['ce_specversion', 'ce_type', 'ce_source', 'ce_id', 'ce_time', 'content-type'],
  properties: {
    ce_specversion: { type: 'string', const: '1.0' },
    ce_type: { type: 'string', description: 'the type of the record' },
    ce_source: { type: 'string', description: 'the topic' },
    ce_id: { type: 'string', description: id },
    ce_time: { type: 'string', format: 'date-time' },
    'content-type': { type: 'string', const: 'application/json' },
  },
});

function messagesOf(schemas: Schemas, headers: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(schemas).map(([type, schema]) => [messageName(type), message(type, schema, headers)]),
  );
}

function message(type: string, schema: Schemas[string], headers: string): Readonly<Record<string, unknown>> {
  return {
    name: type,
    title: type,
    summary: schema['description'],
    contentType: 'application/json',
    headers: ref('schemas', headers),
    payload: ref('schemas', messageName(type)),
    bindings: {
      kafka: { key: { type: 'string', pattern: '^[0-9]+$', description: 'block height' }, bindingVersion: '0.5.0' },
    },
  };
}

function ref(kind: 'messages' | 'schemas', name: string): { readonly $ref: string } {
  return { $ref: `#/components/${kind}/${name}` };
}

/** `block.connected` is called `BlockConnected` where a document needs an identifier. */
function messageName(type: string): string {
  return type.replace(/(?:^|\.)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
