import type { BlockHash, Height, SatsText, Txid } from '@virtualchain/bitcoin';
import { type Static, type TSchema, type TUnsafe, Type } from 'typebox';
import { HEX_BYTES } from './hex-pattern.ts';

/**
 * The records of an operation log, as one TypeBox definition: the TypeScript types, the JSON Schema and the AsyncAPI
 * document all come from here. Hashes and txids are hex in display order, bytes are lower-case hex, amounts and work
 * are decimal strings, times are whole Unix seconds. Changes are additive only.
 */

/** What fits the schema has the brand: the type of its values, and nothing that a document shows. */
const branded = <Branded>(schema: TSchema): TUnsafe<Branded> => schema as TUnsafe<Branded>;

const hex32 = Type.String({ pattern: '^[0-9a-f]{64}$', description: '32 bytes as hex, display order' });
const blockHash = branded<BlockHash>(hex32);
const transactionId = branded<Txid>(hex32);
const bytes = Type.String({ pattern: HEX_BYTES, description: 'bytes as lower-case hex' });
const amount = branded<SatsText>(Type.String({ pattern: '^-?[0-9]+$', description: 'satoshis as decimal text' }));
const work = Type.String({ pattern: '^[0-9]+$', description: 'hashes expected to be tried, as decimal text' });
const blockHeight = branded<Height>(Type.Integer({ minimum: 0, description: 'block height' }));
const uint32 = Type.Integer({ minimum: 0, maximum: 4294967295 });

const envelope = {
  schema: Type.Literal(1),
  log: Type.String({
    pattern: '^[0-9a-f]{32}$',
    description: 'log id: 16 random bytes as hex, the identity of the topic',
  }),
  epoch: Type.Integer({ minimum: 0, description: 'counts the writers of the log; 0 for log.created' }),
  sequence: Type.Integer({ minimum: 1, description: '1, 2, 3 … without gaps' }),
};

/** The first record of a log: whose operations it holds. */
export const LogCreated = Type.Object(
  {
    type: Type.Literal('log.created'),
    ...envelope,
    network: Type.String(),
    chain: Type.String(),
    magic: bytes,
    firstBlock: blockHeight,
  },
  { $id: 'LogCreated', description: 'The first record of a topic: gives it its identity.' },
);

/** A writer begins an epoch: what an earlier one left unfinished is void. */
export const WriterStarted = Type.Object(
  {
    type: Type.Literal('writer.started'),
    ...envelope,
    writer: Type.String({ pattern: '^[0-9a-f]{32}$', description: 'random id of the writer' }),
  },
  { $id: 'WriterStarted', description: 'Opens an epoch and voids an unfinished block before it.' },
);

/** A block is part of the branch; its operations follow. */
export const BlockConnected = Type.Object(
  {
    type: Type.Literal('block.connected'),
    ...envelope,
    height: blockHeight,
    hash: blockHash,
    previousHash: blockHash,
    header: Type.String({ pattern: '^[0-9a-f]{160}$', description: 'the 80 bytes of the header' }),
    time: uint32,
    work,
    operationCount: Type.Integer({ minimum: 0 }),
    digest: Type.String({
      pattern: '^[0-9a-f]{64}$',
      description: 'sha256 over the value bytes of the operation records that follow, in order',
    }),
  },
  { $id: 'BlockConnected', description: 'The branch grew by this block; its operations follow at once.' },
);

/** An output that the transaction of an operation spends: who paid for it. */
export const Sender = Type.Object({
  value: amount,
  scriptPubKey: bytes,
  scriptType: Type.String(),
  addresses: Type.Array(Type.String()),
  txid: transactionId,
  index: uint32,
  scriptOf: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        'the script is that of the sender at this earlier index, where it stands; scriptPubKey is empty here. Only where ' +
        'the scripts of all senders would take more than 1,000 bytes and twice those of the transaction without witnesses',
    }),
  ),
});

export const OperationInput = Type.Object({
  txid: transactionId,
  index: uint32,
  script: bytes,
  sequence: uint32,
  witness: Type.Optional(
    Type.Array(bytes, {
      description:
        'the witness items, where there are some and the definition of the chain asks for them at this height; absent else',
    }),
  ),
});
export const OperationOutput = Type.Object({ value: amount, script: bytes });

export const Operation = Type.Object(
  {
    type: Type.Literal('operation'),
    ...envelope,
    height: blockHeight,
    blockHash,
    position: Type.Integer({ minimum: 0, description: 'position among the operations of the block' }),
    txid: transactionId,
    transactionIndex: Type.Integer({ minimum: 0, description: 'position of the transaction in the block' }),
    version: Type.Integer({ minimum: -2147483648, maximum: 4294967295 }),
    locktime: uint32,
    opcode: Type.Union([Type.String({ pattern: '^[0-9a-f]{2}$' }), Type.Null()]),
    name: Type.Union([Type.String(), Type.Null()]),
    payload: bytes,
    decoded: Type.Unknown({
      description: 'what the codec of the chain made of the payload; null when it does not know it',
    }),
    problem: Type.Optional(Type.String({ description: 'why decoded is null' })),
    cut: Type.Optional(
      Type.Literal('senders.scriptPubKey', {
        description:
          'what was left out: the different scripts of the senders take more than 1,000 bytes and twice those of the ' +
          'transaction without witnesses, and are all empty here. Machines ignore such an operation',
      }),
    ),
    isWithoutSenders: Type.Optional(
      Type.Literal(true, {
        description:
          'the chain looks at nothing that the inputs spend: it was not looked up, senders is empty, and fee is 0 and says nothing',
      }),
    ),
    senders: Type.Array(Sender, { description: 'the funding outputs, one for each input' }),
    inputs: Type.Array(OperationInput),
    outputs: Type.Array(OperationOutput),
    fee: amount,
    merklePath: Type.String({ description: 'proof that the txid is in the block, as nested netstrings' }),
  },
  { $id: 'Operation', description: 'One payload with the magic bytes of the chain, and its transaction.' },
);

/** The newest block of the branch is no longer part of it. */
export const BlockDisconnected = Type.Object(
  {
    type: Type.Literal('block.disconnected'),
    ...envelope,
    height: blockHeight,
    hash: blockHash,
    previousHash: blockHash,
  },
  { $id: 'BlockDisconnected', description: 'The newest block of the branch is no longer part of it.' },
);

/** Every type of record, by its name. `npm run generate` writes them down as plain data, which is what runs. */
export const EVENT_SCHEMAS = {
  'log.created': LogCreated,
  'writer.started': WriterStarted,
  'block.connected': BlockConnected,
  operation: Operation,
  'block.disconnected': BlockDisconnected,
} as const satisfies Record<LogEvent['type'], TSchema>;

/** The first record of a log: whose operations it holds. */
export type LogCreated = Static<typeof LogCreated>;
/** A writer begins an epoch: what an earlier one left unfinished is void. */
export type WriterStarted = Static<typeof WriterStarted>;
/** A block is part of the branch; its operations follow. */
export type BlockConnected = Static<typeof BlockConnected>;
/** One operation, with what its transaction says of it. */
export type OperationEvent = Static<typeof Operation>;
/** The newest block of the branch is no longer part of it. */
export type BlockDisconnected = Static<typeof BlockDisconnected>;
/** An output that the transaction of an operation spends: who paid for it. */
export type Sender = Static<typeof Sender>;
/** Any record of a log. */
export type LogEvent = LogCreated | WriterStarted | BlockConnected | OperationEvent | BlockDisconnected;

/** What a record says before the log gives it its place: an event without log, epoch and sequence. */
export type Unplaced<Event extends LogEvent> = Event extends LogEvent
  ? Omit<Event, 'schema' | 'log' | 'epoch' | 'sequence'>
  : never;
