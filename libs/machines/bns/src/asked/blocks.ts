import type { Height } from '@virtualchain/bitcoin';
import { consensusHashAt, consensusHashes, heightOfConsensusHash } from '../queries/consensus.ts';
import { CONSENSUS_HASHES_PER_QUERY_MAX, OPERATIONS_PER_PAGE_MAX } from '../queries/limits.ts';
import { countOperationsAt, operationsAt, opsHashAt, transactionStatus } from '../queries/operations.ts';
import { asks } from './asking.ts';
import {
  consensusHash,
  height,
  limitUpTo,
  listOf,
  number,
  object,
  operation,
  operationJson,
  orNull,
  text,
  txid,
} from './schemas.ts';

const atHeight = { properties: { height }, required: ['height'] } as const;

/** Queries about blocks, their operations and their hashes. */
export const ofBlocks = {
  ping: asks({
    about: 'that there is somebody',
    parameters: { properties: {} },
    result: object({ status: text }),
    paths: ['/v1/ping'],
    ask: async () => ({ status: 'alive' }),
  }),
  getinfo: asks({
    about: 'where the name system stands',
    parameters: { properties: {} },
    result: object({
      last_block_seen: number,
      last_block_processed: number,
      consensus: orNull(text),
    }),
    paths: ['/v1/info'],
    async ask({ reading }) {
      const found = await reading.consensusHashes([reading.height]);
      const consensus = found.get(reading.height as Height) ?? null;
      return { last_block_seen: reading.tip, last_block_processed: reading.height, consensus };
    },
  }),
  get_num_blockstack_ops_at: asks({
    about: 'how many operations of a block were accepted',
    parameters: atHeight,
    result: object({ count: number }),
    ask: async (view, given) => ({ count: await countOperationsAt(view, given.height) }),
  }),
  get_blockstack_ops_at: asks({
    about: 'operations of a block in their order: those accepted, unless others are asked for',
    parameters: {
      properties: {
        height,
        limit: limitUpTo(OPERATIONS_PER_PAGE_MAX),
        after: {
          type: 'integer',
          minimum: 0,
          maximum: 1_000_000,
          description: 'begin behind this position of the block',
        },
        verdict: {
          type: 'string',
          maxLength: 8,
          enum: ['accepted', 'rejected', 'ignored', 'any'],
          default: 'accepted',
        },
      },
      required: ['height'],
    },
    result: object({ operations: listOf(operation), next: orNull(number) }),
    paths: ['/v1/blockchains/bitcoin/operations/{height}'],
    async ask(view, { height: of, limit, after, verdict }) {
      const page = { limit, verdict, ...(after === undefined ? {} : { after }) };
      const operations = (await operationsAt(view, of, page)).map(operationJson);
      return { operations, next: operations.length < limit ? null : (operations.at(-1)?.position ?? null) };
    },
  }),
  get_blockstack_ops_hash_at: asks({
    about: 'the ops hash of a block',
    parameters: atHeight,
    result: object({ opsHash: text }),
    async ask(view, given) {
      const opsHash = await opsHashAt(view, given.height);
      return opsHash === null ? null : { opsHash };
    },
  }),
  get_transaction_status: asks({
    about: 'what became of a transaction, and why',
    parameters: { properties: { txid }, required: ['txid'] },
    result: operation,
    paths: ['/v1/blockchains/bitcoin/transactions/{txid}'],
    async ask(view, given) {
      const found = await transactionStatus(view, given.txid);
      return found.status === 'unknown' ? null : operationJson(found.operation);
    },
  }),
  get_consensus_at: asks({
    about: 'the consensus hash of a block',
    parameters: atHeight,
    result: object({ consensusHash: text }),
    paths: ['/v1/blockchains/bitcoin/consensus/{height}'],
    async ask(view, given) {
      const found = await consensusHashAt(view, given.height);
      return found === null ? null : { consensusHash: found };
    },
  }),
  get_consensus_hashes: asks({
    about: 'the consensus hashes of up to 32 blocks',
    parameters: {
      properties: {
        heights: { type: 'array', items: height, minItems: 1, maxItems: CONSENSUS_HASHES_PER_QUERY_MAX },
      },
      required: ['heights'],
    },
    result: object({ consensusHashes: listOf(object({ height: number, consensusHash: orNull(text) })) }),
    async ask(view, { heights }) {
      const found = await consensusHashes(view, heights);
      return { consensusHashes: [...found].map(([of, hash]) => ({ height: of, consensusHash: hash })) };
    },
  }),
  get_block_from_consensus: asks({
    about: 'the height that a consensus hash sealed',
    parameters: { properties: { consensusHash }, required: ['consensusHash'] },
    result: object({ height: number }),
    paths: ['/v1/blockchains/bitcoin/consensus-block/{consensusHash}'],
    async ask(view, given) {
      const found = await heightOfConsensusHash(view, given.consensusHash);
      return found === null ? null : { height: found };
    },
  }),
  get_consensus: asks({
    about: 'the consensus hash of the height that is read',
    parameters: { properties: {} },
    result: object({ consensusHash: text }),
    paths: ['/v1/blockchains/bitcoin/consensus'],
    async ask(view) {
      const found = await consensusHashAt(view, view.reading.height);
      return found === null ? null : { consensusHash: found };
    },
  }),
};
