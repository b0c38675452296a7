import { bytesToHex, type Height } from '@virtualchain/bitcoin';
import type { Reading } from '@virtualchain/machine';
import { QuestionInvalid } from '@virtualchain/subscriptions';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { HEADERS_PER_PROOF_MAX, HEIGHTS_PER_QUESTION_MAX } from '../limits.ts';
import { NotThere } from '../problems.ts';
import {
  answer,
  atQuery,
  blockHash,
  consensusHash,
  hash256,
  height,
  nullable,
  queryOf,
  transactionId,
} from '../schemas/common.ts';
import type { ServedMachine } from '../served.ts';
import { type AtQuery, answerAt } from './answering.ts';
import { describe } from './describe.ts';

const header = Type.String({ pattern: '^[0-9a-f]{160}$', description: 'the 80 bytes of a block header, as hex' });
const Txid = Type.Object({ txid: transactionId });

/**
 * What others check by themselves: that a transaction is in the chain (SPV), and what a block made visible (SNV). Nothing here has to
 * be trusted: a header has its proof of work, and `verifyOperations` of `@virtualchain/machine` checks the rest.
 */
export function addProofRoutes(server: FastifyInstance, served: ServedMachine, tags: readonly string[]): void {
  addProof(server, served, tags);
  addHashes(server, served, tags);
  addOperations(server, served, tags);
}

function addProof(server: FastifyInstance, served: ServedMachine, tags: readonly string[]): void {
  server.get<{ Params: { txid: string }; Querystring: AtQuery & { to?: number } }>(
    '/operations/:txid/proof',
    {
      schema: describe({
        ...{ tags, name: 'proof', summary: 'proves that a transaction is in its block, and the block in the chain' },
        params: Txid,
        querystring: queryOf({ ...atQuery, to: Type.Optional(height) }),
        body: answer({
          ...{ txid: transactionId, height, blockHash, transactionIndex: Type.Integer() },
          merklePath: Type.String({ description: 'from the transaction to the merkle root of the header' }),
          header,
          headers: Type.Array(header, {
            description: `of the blocks that follow, up to \`to\` or the newest, ${HEADERS_PER_PROOF_MAX} at most`,
          }),
        }),
      }),
    },
    ({ params, query }) => answerAt(served, query.at, (reading) => proofOf(reading, params.txid, query.to)),
  );
}

async function proofOf(reading: Reading, txid: string, to: number | undefined) {
  const event = (await reading.operation(txid))?.event;
  if (event === undefined) throw new NotThere(`no operation of transaction ${txid} up to height ${reading.height}`);
  if (to !== undefined && to < event.height)
    throw new QuestionInvalid(`to: must be no lower than ${event.height}, where the transaction is`);
  if (to !== undefined && to > reading.height)
    throw new NotThere(`to: no block ${to}: what is read ends at height ${reading.height}`);
  const end = Math.min(to ?? reading.height, event.height + HEADERS_PER_PROOF_MAX);
  const [own, ...behind] = await reading.headers(event.height, end as Height);
  if (own === undefined) throw new TypeError(`no header at height ${event.height}, which has an operation`);
  const { height: of, transactionIndex, merklePath } = event;
  return {
    ...{ txid, height: of, blockHash: event.blockHash, transactionIndex, merklePath },
    header: bytesToHex(own),
    headers: behind.map((bytes) => bytesToHex(bytes)),
  };
}

const asked = { height: Type.Integer({ minimum: 0, maximum: 999_999_999, description: 'block height' }) };
type HeightQuery = AtQuery & { height: Height };

function addHashes(server: FastifyInstance, served: ServedMachine, tags: readonly string[]): void {
  server.get<{ Querystring: HeightQuery }>(
    '/snv/ops-hash',
    {
      schema: describe({
        ...{ tags, name: 'snv.opsHash', summary: 'the ops hash of a block; null for one that is not seen' },
        ...{ querystring: queryOf({ ...atQuery, ...asked }), body: answer({ opsHash: nullable(hash256) }) },
      }),
    },
    ({ query }) =>
      answerAt(served, query.at, async (reading) => ({
        opsHash: (await reading.block(query.height))?.opsHash ?? null,
      })),
  );
  const heights = Type.String({
    pattern: `^[0-9]{1,9}(,[0-9]{1,9}){0,${HEIGHTS_PER_QUESTION_MAX - 1}}$`,
    description: `at most ${HEIGHTS_PER_QUESTION_MAX} block heights, separated by commas`,
  });
  server.get<{ Querystring: AtQuery & { heights: string } }>(
    '/snv/consensus-hashes',
    {
      schema: describe({
        ...{
          tags,
          name: 'snv.consensusHashes',
          summary: 'consensus hashes in the order asked for; null where there is none',
        },
        querystring: queryOf({ ...atQuery, heights }),
        body: answer({ consensusHashes: Type.Array(nullable(consensusHash)) }),
      }),
    },
    ({ query }) =>
      answerAt(served, query.at, async (reading) => {
        const wanted = query.heights.split(',').map((text) => Number(text) as Height);
        const found = await reading.consensusHashes(wanted);
        return { consensusHashes: wanted.map((each) => found.get(each) ?? null) };
      }),
  );
}

function addOperations(server: FastifyInstance, served: ServedMachine, tags: readonly string[]): void {
  server.get<{ Querystring: HeightQuery }>(
    '/snv/operations',
    {
      schema: describe({
        ...{ tags, name: 'snv.operations', summary: 'what a block made visible, as its ops hash covers it' },
        querystring: queryOf({ ...atQuery, ...asked }),
        body: answer({ operations: Type.Array(Type.String({ pattern: '^([0-9a-f]{2})*$' })) }),
      }),
    },
    ({ query }) =>
      answerAt(served, query.at, async (reading) => {
        const found = await reading.transitionsAt(query.height);
        return { operations: found.map((bytes) => bytesToHex(bytes)) };
      }),
  );
  const place = nullable(Type.Object({ height, transactionIndex: Type.Integer() }));
  server.get<{ Querystring: AtQuery & { txid: string } }>(
    '/snv/place',
    {
      schema: describe({
        ...{ tags, name: 'snv.place', summary: 'where the transaction of an operation is; null when there is none' },
        ...{ querystring: queryOf({ ...atQuery, txid: transactionId }), body: answer({ place }) },
      }),
    },
    ({ query }) =>
      answerAt(served, query.at, async (reading) => {
        const event = (await reading.operation(query.txid))?.event;
        return {
          place: event === undefined ? null : { height: event.height, transactionIndex: event.transactionIndex },
        };
      }),
  );
}
