import type { OperationRecord, Reading } from '@virtualchain/machine';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { SCRIPT_CHARACTERS_MAX } from '../limits.ts';
import { noCursor } from '../moment.ts';
import { NotThere } from '../problems.ts';
import { Operation, operationJson } from '../schemas/blocks.ts';
import { answer, atQuery, height, page, pageQuery, queryOf, transactionId } from '../schemas/common.ts';
import type { ServedMachine } from '../served.ts';
import { type AtQuery, answerAt, answerPage, type PageQuery, type Paging } from './answering.ts';
import { describe } from './describe.ts';

export interface OperationQuery extends PageQuery {
  readonly verdict?: OperationRecord['verdict']['kind'];
  readonly code?: string;
  readonly opcode?: string;
  readonly name?: string;
  readonly sender?: string;
  readonly address?: string;
  readonly txid?: string;
  readonly from?: number;
  readonly to?: number;
}

/** Operations of a machine, newest first and with filters, and one by its transaction. */
export function addOperationRoutes(server: FastifyInstance, served: ServedMachine, tags: readonly string[]): void {
  const operations = pagingOfOperations(({ before, limit }, reading, query: OperationQuery) => {
    const { verdict, code, sender, address, txid, from, to } = query;
    const opcodes = opcodesOf(served, query);
    return reading.operations({
      ...given({ verdict, code, opcodes, sender, address, txid, from, to, before }),
      limit,
    });
  });
  server.get<{ Querystring: OperationQuery }>(
    '/operations',
    {
      schema: describe({
        tags,
        name: 'operations',
        summary: 'operations, newest first',
        querystring: queryOf({ ...pageQuery, ...filtersOf(served) }),
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

const partyFilter = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: SCRIPT_CHARACTERS_MAX, description }));

/** By what the chain calls its operations, where it calls them anything: a schema has no list of no names. */
function nameFilter({ instance: { chain } }: ServedMachine) {
  const names = [...new Set([...chain.operations.values()].map(({ name }) => name))];
  const description = 'as the chain calls it';
  return names.length === 0 ? {} : { name: Type.Optional(Type.Unsafe({ type: 'string', enum: names, description })) };
}

const filtersOf = (served: ServedMachine) => ({
  ...nameFilter(served),
  sender: partyFilter('it was sent from this address, or this script as hex'),
  address: partyFilter('it was sent from, or paid to, this address, or this script as hex'),
  txid: Type.Optional(transactionId),
  verdict: Type.Optional(Type.Union([Type.Literal('accepted'), Type.Literal('rejected'), Type.Literal('ignored')])),
  code: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'why it was rejected or ignored' })),
  opcode: Type.Optional(Type.String({ pattern: '^[0-9a-f]{2}$' })),
  from: Type.Optional(height),
  to: Type.Optional(height),
});

/** The opcodes that are asked for; undefined for any. */
function opcodesOf(
  { instance: { chain } }: ServedMachine,
  { opcode, name }: OperationQuery,
): readonly string[] | undefined {
  if (name === undefined) return opcode === undefined ? undefined : [opcode];
  const named = [...chain.operations].filter(([, codec]) => codec.name === name);
  const opcodes = named.map(([byte]) => byte.toString(16).padStart(2, '0'));
  return opcode === undefined ? opcodes : opcodes.filter((each) => each === opcode);
}

interface Behind {
  readonly before: { readonly height: number; readonly position: number } | undefined;
  readonly limit: number;
}

/** Pages of operations, newest first. */
export function pagingOfOperations(
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
export function wholeOf(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw noCursor();
}

/** The fields that are given. */
export function given<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
