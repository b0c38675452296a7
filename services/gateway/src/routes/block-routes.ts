import { bytesToHex } from '@virtualchain/bitcoin';
import type { BlockRecord, Reading } from '@virtualchain/machine';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { NotThere } from '../problems.ts';
import { Block, blockJson, Operation } from '../schemas/blocks.ts';
import { answer, atQuery, blockHash, height, page, pageQuery, queryOf } from '../schemas/common.ts';
import type { ServedMachine } from '../served.ts';
import { type AtQuery, answerAt, answerPage, type PageQuery, type Paging } from './answering.ts';
import { describe } from './describe.ts';
import { given, type OperationQuery, pagingOfOperations, wholeOf } from './operation-routes.ts';

const HeightOrHash = Type.String({ pattern: '^([0-9]{1,10}|[0-9a-f]{64})$', description: 'a height, or a block hash' });
const HeightOrConsensusHash = Type.String({
  pattern: '^([0-9]{1,10}|[0-9a-f]{32})$',
  description: 'a height, or a consensus hash',
});

/** Blocks and snapshots of a machine, and the operations of one block. */
export function addBlockRoutes(server: FastifyInstance, served: ServedMachine, tags: readonly string[]): void {
  addBlocks(server, served, tags);
  addParts(server, served, tags);
}

function addBlocks(server: FastifyInstance, served: ServedMachine, tags: readonly string[]): void {
  server.get<{ Querystring: PageQuery }>(
    '/blocks',
    {
      schema: describe({
        tags,
        name: 'blocks',
        summary: 'blocks, newest first',
        querystring: queryOf(pageQuery),
        body: page(Block),
      }),
    },
    ({ query }) => answerPage(served, query, BLOCKS),
  );
  server.get<{ Params: { block: string }; Querystring: AtQuery }>(
    '/blocks/:block',
    {
      schema: describe({
        tags,
        name: 'block',
        summary: 'a block, by height or hash',
        ...blockInput(HeightOrHash),
        body: answer({ block: Block }),
      }),
    },
    ({ params, query }) =>
      answerAt(served, query.at, async (reading) => ({ block: blockJson(await blockOf(reading, params.block)) })),
  );
}

function addParts(server: FastifyInstance, served: ServedMachine, tags: readonly string[]): void {
  server.get<{ Params: { block: string }; Querystring: AtQuery }>(
    '/blocks/:block/header',
    {
      schema: describe({
        ...{ tags, name: 'header', summary: 'the raw header of a block', ...blockInput(HeightOrHash) },
        body: answer({ height, hash: blockHash, header: Type.String({ pattern: '^[0-9a-f]{160}$' }) }),
      }),
    },
    ({ params, query }) =>
      answerAt(served, query.at, async (reading) => {
        const { height: of, hash } = await blockOf(reading, params.block);
        const [header = new Uint8Array(0)] = await reading.headers(of, of);
        return { height: of, hash, header: bytesToHex(header) };
      }),
  );
  server.get<{ Params: { block: string }; Querystring: PageQuery }>(
    '/blocks/:block/operations',
    {
      schema: describe({
        tags,
        name: 'operationsOfBlock',
        summary: 'the operations of a block, newest first',
        params: Type.Object({ block: HeightOrHash }),
        querystring: queryOf(pageQuery),
        body: page(Operation),
      }),
    },
    ({ params, query }) =>
      answerPage(
        served,
        query,
        pagingOfOperations(async ({ before, limit }, reading) => {
          const { height: of } = await blockOf(reading, params.block);
          return reading.operations({ ...given({ before }), from: of, to: of, limit });
        })(query as OperationQuery),
      ),
  );
  server.get<{ Params: { block: string }; Querystring: AtQuery }>(
    '/snapshots/:block',
    {
      schema: describe({
        tags,
        name: 'snapshot',
        summary: 'what seals a block, by height or consensus hash',
        ...blockInput(HeightOrConsensusHash),
        body: answer({ snapshot: Block }),
      }),
    },
    ({ params, query }) =>
      answerAt(served, query.at, async (reading) => ({ snapshot: blockJson(await sealOf(reading, params.block)) })),
  );
}

const blockInput = (block: ReturnType<typeof Type.String>) => ({
  params: Type.Object({ block }),
  querystring: queryOf(atQuery),
});

const BLOCKS: Paging<BlockRecord> = {
  read: (reading, last, limit) => reading.blocks({ ...(last === null ? {} : { before: wholeOf(last[0]) }), limit }),
  placeOf: ({ height: of }) => [of],
  toJson: blockJson,
};

async function blockOf(reading: Reading, heightOrHash: string): Promise<BlockRecord> {
  const of = heightOrHash.length === 64 ? await reading.heightOfBlock(heightOrHash) : Number(heightOrHash);
  return found(reading, of, `block ${heightOrHash}`);
}

async function sealOf(reading: Reading, heightOrHash: string): Promise<BlockRecord> {
  const of = heightOrHash.length === 32 ? await reading.heightOf(heightOrHash) : Number(heightOrHash);
  return found(reading, of, `snapshot ${heightOrHash}`);
}

async function found(reading: Reading, of: number | null, what: string): Promise<BlockRecord> {
  const block = of === null ? null : await reading.block(of as never);
  if (block === null) throw new NotThere(`no ${what} up to height ${reading.height}`);
  return block;
}
