import { type TProperties, type TSchema, Type } from 'typebox';
import { HEIGHT_MAX, PAGE_ENTRIES_DEFAULT, PAGE_ENTRIES_MAX } from '../limits.ts';

export const blockHash = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'block hash, display order' });
export const transactionId = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'transaction id, display order' });
export const consensusHash = Type.String({ pattern: '^[0-9a-f]{32}$', description: 'consensus hash' });
export const hash256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const height = Type.Integer({ minimum: 0, maximum: HEIGHT_MAX, description: 'block height' });
export const nullable = (schema: TSchema) => Type.Union([schema, Type.Null()]);

/** The moment that an answer is of: what was read was read at once, as it was when this block was the newest. */
export const Moment = Type.Object(
  { height, blockHash: nullable(blockHash), consensusHash: nullable(consensusHash), tip: height },
  { description: 'The block at which all of this answer was read, and the newest one.' },
);

/** An answer, and the moment that it is of. */
export const answer = (properties: TProperties) => Type.Object({ at: Moment, ...properties });

/** One page of a list: `next` is what to give as `after` for the following one, null at the end. */
export const page = (entry: TSchema) => answer({ entries: Type.Array(entry), next: nullable(Type.String()) });

/** What a question takes behind its `?`, and nothing else. */
export const queryOf = (properties: TProperties) => Type.Object(properties, { additionalProperties: false });

/** `?at=`: a height, or the hash of a block. */
export const atQuery = {
  at: Type.Optional(
    Type.String({
      pattern: '^([0-9]{1,10}|[0-9a-f]{64})$',
      description: 'read the state as it was: a block height, or the hash of a block',
    }),
  ),
};

export const pageQuery = {
  ...atQuery,
  limit: Type.Integer({ minimum: 1, maximum: PAGE_ENTRIES_MAX, default: PAGE_ENTRIES_DEFAULT }),
  after: Type.Optional(Type.String({ minLength: 1, maxLength: 8_192, description: 'next of the page before' })),
};

export const ProblemDetails = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'stable; the reference of errors explains each' }),
    detail: Type.String(),
    resume: Type.Optional(
      Type.Object(
        { after: nullable(blockHash) },
        { description: 'of FEED_GONE: what to give as after; null where that is not known any more' },
      ),
    ),
  },
  { $id: 'Problem', description: 'RFC 9457 problem details.' },
);
