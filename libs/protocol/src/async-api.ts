import { SCHEMAS } from './generated/schemas.ts';

/** Schemas of records as plain JSON, by type. */
type Schemas = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const JSON_SCHEMA_DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** The JSON Schema of each type of record, by type. */
export function jsonSchemas(schemas: Schemas = SCHEMAS): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  return new Map(Object.entries(schemas).map(([type, schema]) => [type, { $schema: JSON_SCHEMA_DIALECT, ...schema }]));
}

/** An operation log as an AsyncAPI 3 document, made from the same definitions as the types. */
export function asyncApiDocument(schemas: Schemas = SCHEMAS): Readonly<Record<string, unknown>> {
  const types = Object.keys(schemas);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'virtualchain operation log',
      version: '1.0.0',
      description:
        'One topic per virtual chain, with exactly one partition: its order is the product. Records are read from the ' +
        'first one; nothing is ever rewritten or compacted.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      operationLog: {
        address: '{prefix}.{network}.{chain}',
        title: 'The operation log of one virtual chain',
        parameters: {
          prefix: { description: 'configured prefix', default: 'vchain' },
          network: { description: 'name of the Bitcoin network', examples: ['mainnet', 'testnet4', 'regtest'] },
          chain: { description: 'name of the virtual chain', examples: ['kv', 'bns'] },
        },
        messages: Object.fromEntries(types.map((type) => [messageName(type), ref('messages', messageName(type))])),
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
    },
    components: {
      messages: Object.fromEntries(
        Object.entries(schemas).map(([type, schema]) => [messageName(type), message(type, schema)]),
      ),
      schemas: {
        ...Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [messageName(type), schema])),
        CloudEventHeaders: cloudEventHeaders,
      },
    },
  };
}

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

const cloudEventHeaders = {
  type: 'object',
  required: ['ce_specversion', 'ce_type', 'ce_source', 'ce_id', 'ce_time', 'content-type'],
  properties: {
    ce_specversion: { type: 'string', const: '1.0' },
    ce_type: { type: 'string', description: 'the type of the record' },
    ce_source: { type: 'string', description: 'the topic' },
    ce_id: { type: 'string', description: '<log>:<sequence>' },
    ce_time: { type: 'string', format: 'date-time' },
    'content-type': { type: 'string', const: 'application/json' },
  },
};

function message(type: string, schema: Schemas[string]): Readonly<Record<string, unknown>> {
  return {
    name: type,
    title: type,
    summary: schema['description'],
    contentType: 'application/json',
    headers: ref('schemas', 'CloudEventHeaders'),
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
