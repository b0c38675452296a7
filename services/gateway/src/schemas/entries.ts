import { FEED_ENTRY_SCHEMAS } from '@virtualchain/protocol';
import { Type } from 'typebox';
import { CONFIRMATIONS_MAX, PAGE_ENTRIES_DEFAULT, PAGE_ENTRIES_MAX } from '../limits.ts';
import { blockHash, height, nullable, transactionId } from './common.ts';

const cursor = Type.String({ description: 'where to go on behind this entry' });

/** An entry of a machine's feed. */
export const FeedEntry = Type.Unsafe({
  anyOf: Object.values(FEED_ENTRY_SCHEMAS),
  description: 'what the state went through: one block or operation',
});

const LogBlock = Type.Object({ height, hash: blockHash, previousHash: blockHash }, { additionalProperties: true });

/** An entry of a chain's log: a whole block. */
export const LogEntry = Type.Union(
  [
    Type.Object({
      kind: Type.Literal('block.connected'),
      cursor,
      block: LogBlock,
      operations: Type.Array(Type.Object({ txid: transactionId }, { additionalProperties: true })),
    }),
    Type.Object({ kind: Type.Literal('block.disconnected'), cursor, block: LogBlock }),
  ],
  { description: 'a block with its operations that came, or one that went' },
);

const pendingBase = {
  cursor,
  height,
  blockHash,
  txid: transactionId,
  operation: Type.Object(
    { txid: transactionId, height, payload: Type.String() },
    { additionalProperties: true, description: 'as the log would have it in the next block, without its place' },
  ),
};

/** What happened to an operation that is in no block. */
export const PendingEntry = Type.Union(
  [
    Type.Object({
      kind: Type.Literal('pending.begun'),
      cursor,
      height: nullable(height),
      blockHash: nullable(blockHash),
    }),
    Type.Object({
      kind: Type.Literal('pending.judged'),
      ...pendingBase,
      verdict: Type.Union(['accepted', 'rejected', 'ignored', 'faulted'].map((verdict) => Type.Literal(verdict))),
      code: nullable(Type.String({ description: 'why it would not be accepted' })),
      detail: nullable(Type.String()),
      replaces: nullable(transactionId),
    }),
    Type.Object({ kind: Type.Literal('pending.replaced'), ...pendingBase, by: transactionId }),
    Type.Object({
      kind: Type.Literal('pending.dropped'),
      ...pendingBase,
      reason: Type.Union([Type.Literal('left'), Type.Literal('spent')], {
        description: 'left: the node keeps it no more; spent: a block spends what it spends',
      }),
    }),
    Type.Object({ kind: Type.Literal('pending.confirmed'), ...pendingBase }),
  ],
  {
    description:
      'an operation that waits and how it would be judged on top of this block, or what became of it; of a confirmed one the block that holds it; begun: what was told before is void',
  },
);

/** What a subscription takes behind its `?`. */
export const subscriptionQuery = {
  from: Type.Optional(
    Type.String({
      pattern: '^(now|start|[0-9]{1,10}|[0-9a-f]{64})$',
      description: 'the first block: now (what comes next, where nothing is said), start, a height, or a block hash',
    }),
  ),
  after: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1_024,
      description: 'go on behind this cursor, or behind the block of this hash',
    }),
  ),
  filter: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 4_096,
      description: 'of operations, such as name=claim and verdict=accepted',
    }),
  ),
  blocks: Type.Optional(
    Type.Boolean({ description: 'false leaves out what is said of blocks alone; retractions are always told' }),
  ),
  confirmations: Type.Integer({
    minimum: 1,
    maximum: CONFIRMATIONS_MAX,
    default: 1,
    description: 'how deep a block has to be, counted as Bitcoin Core does; what is undone before is never told',
  }),
};

/** How many entries a page has at most. */
export const pageLimit = Type.Integer({ minimum: 1, maximum: PAGE_ENTRIES_MAX, default: PAGE_ENTRIES_DEFAULT });

/** What a subscription to operations in no block takes. */
export const pendingQuery = {
  from: Type.Optional(
    Type.String({
      pattern: '^(now|start)$',
      description: 'start (where nothing is said): what waits now, then what comes; now: what comes next',
    }),
  ),
  after: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024, description: 'go on behind this cursor' })),
  filter: subscriptionQuery.filter,
};
