import { type TSchema, Type } from 'typebox';

/**
 * The entries of a machine's feed, as one TypeBox definition: what a gateway tells, what webhooks are sent, and the records of a topic that
 * a feed is relayed to. Changes are additive only.
 */

const hex32 = Type.String({ pattern: '^[0-9a-f]{64}$', description: '32 bytes as hex, display order' });
const nullable = (schema: TSchema) => Type.Union([schema, Type.Null()]);

const Row = nullable(Type.Record(Type.String(), Type.Unknown(), { description: 'a row, by column' }));

const changes = Type.Array(
  Type.Object({
    collection: Type.String(),
    key: Type.Array(Type.Unknown(), { description: 'the values of the columns of the key' }),
    before: Row,
    after: Row,
  }),
  { description: 'rows that changed; whoever puts every after in its place has the state' },
);

const base = {
  cursor: Type.String({ description: 'where to go on behind this entry' }),
  height: Type.Integer({ minimum: 0, description: 'block height' }),
  blockHash: hex32,
  changes,
};

const judged = (kind: string, description: string) =>
  Type.Object(
    {
      kind: Type.Literal(kind),
      ...base,
      code: nullable(Type.String({ description: 'why it was not accepted' })),
      detail: nullable(Type.String()),
      operation: Type.Object(
        { txid: hex32, height: base.height, position: Type.Integer(), payload: Type.String() },
        { additionalProperties: true, description: 'the operation as the log has it' },
      ),
    },
    { description },
  );

/** The schema of each kind of entry, by kind. */
export const FEED_SCHEMAS = {
  genesis: Type.Object(
    { kind: Type.Literal('genesis'), ...base, blockHash: Type.Null() },
    { description: 'The rows that a machine begins with, before its first block.' },
  ),
  'block.opened': Type.Object(
    { kind: Type.Literal('block.opened'), ...base, previousHash: hex32, time: Type.Integer() },
    { description: 'A block that the state went through began.' },
  ),
  'operation.accepted': judged('operation.accepted', 'An operation was judged to be valid.'),
  'operation.rejected': judged('operation.rejected', 'An operation was judged not to be valid.'),
  'operation.ignored': judged('operation.ignored', 'An operation that the machine cannot read.'),
  'block.sealed': Type.Object(
    {
      kind: Type.Literal('block.sealed'),
      ...base,
      opsHash: hex32,
      consensusHash: Type.String({ pattern: '^[0-9a-f]{32}$', description: 'consensus hash' }),
      changesHash: hex32,
    },
    { description: 'A block ended; its hashes.' },
  ),
  'block.retracted': Type.Object(
    { kind: Type.Literal('block.retracted'), ...base },
    { description: 'The newest block was taken back; its changes undo all of it.' },
  ),
} as const;
