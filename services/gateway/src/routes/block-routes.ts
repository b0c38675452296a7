import type { BlockRecord, OperationRecord, Reading } from '@virtualchain/machine';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { noCursor } from '../moment.ts';
import { NotThere } from '../problems.ts';
import { Block, blockJson, Operation, operationJson } from '../schemas/blocks.ts';
import { answer, atQuery, height, page, pageQuery, queryOf, transactionId } from '../schemas/common.ts';
import type { ServedMachine } from '../served.ts';
import { type AtQuery, answerAt, answerPage, type PageQuery, type Paging } from './answering.ts';
import { describe } from './describe.ts';

const HeightOrHash = Type.String({ pattern: '^([0-9]{1,10}|[0-9a-f]{64})$', description: 'a height, or a block hash' });
const HeightOrConsensusHash = Type.String({
  pattern: '^([0-9]{1,10}|[0-9a-f]{32})$',
  description: 'a height, or a consensus hash',
});

interface OperationQuery extends PageQuery {
  readonly verdict?: OperationRecord['verdict']['kind'];
  readonly code?: string;
  readonly opcode?: string;
  readonly from?: number;
  readonly to?: number;
}

/** Blocks, snapshots and operations of a machine. */
export function addBlockRoutes(server: FastifyInstance, served: ServedMachine, tags: readonly string[]): void {
  addBlocks(server, served, tags);
  addOperations(server, served, tags);
}

function addOperations(server: FastifyInstance, served: ServedMachine, tags: readonly string[]): void {
  const operations = pagingOfOperations(({ before, limit }, reading, query: OperationQuery) => {
    const { verdict, code, opcode, from, to } = query;
    return reading.operations({ ...given({ verdict, code, opcode, from, to, before }), limit });
  });
  server.get<{ Querystring: OperationQuery }>(
    '/operations',
    {
      schema: describe({
        tags,
        name: 'operations',
        summary: 'operations, newest first',
        querystring: queryOf({ ...pageQuery, ...FILTERS }),
        body: page(Operation),
      }),
    },
    ({ query }) => answerPage(served, query, operations(query)),
  );
  server.get<{ Params: { txid: string }; Querystring: AtQuery }>(
    '/operations/:txid',
    {
      schema: describe({
        tags,
        name: 'operation',
        summary: 'the operation of a transaction',
        params: Type.Object({ txid: transactionId }),
        querystring: queryOf(atQuery),
        body: answer({ operation: Operation }),
      }),
    },
    ({ params, query }) =>
      answerAt(served, query.at, async (reading) => {
        const found = await reading.operation(params.txid);
        if (found === null)
          throw new NotThere(`no operation of transaction ${params.txid} up to height ${reading.height}`);
        return { operation: operationJson(found) };
      }),
  );
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

const FILTERS = {
  verdict: Type.Optional(Type.Union([Type.Literal('accepted'), Type.Literal('rejected'), Type.Literal('ignored')])),
  code: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'why it was rejected or ignored' })),
  opcode: Type.Optional(Type.String({ pattern: '^[0-9a-f]{2}$' })),
  from: Type.Optional(height),
  to: Type.Optional(height),
};

const blockInput = (block: ReturnType<typeof Type.String>) => ({
  params: Type.Object({ block }),
  querystring: queryOf(atQuery),
});

const BLOCKS: Paging<BlockRecord> = {
  read: (reading, last, limit) => reading.blocks({ ...(last === null ? {} : { before: wholeOf(last[0]) }), limit }),
  placeOf: ({ height: of }) => [of],
  toJson: blockJson,
};

interface Behind {
  readonly before: { readonly height: number; readonly position: number } | undefined;
  readonly limit: number;
}

function pagingOfOperations(
  read: (behind: Behind, reading: Reading, query: OperationQuery) => Promise<readonly OperationRecord[]>,
): (query: OperationQuery) => Paging<OperationRecord> {
  return (query) => ({
    read: (reading, last, limit) => {
      const before = last === null ? undefined : { height: wholeOf(last[0]), position: wholeOf(last[1]) };
      return read({ before, limit }, reading, query);
    },
    placeOf: ({ event }) => [event.height, event.position],
    toJson: operationJson,
  });
}

/** @throws QuestionInvalid for a cursor that is none of ours */
function wholeOf(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw noCursor();
}

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

/** The fields that are given. */
function given<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
