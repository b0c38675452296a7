import type { MachineQuery } from '@virtualchain/machine';
import type { FastifyInstance } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { NotThere } from '../problems.ts';
import { answer, atQuery } from '../schemas/common.ts';
import type { ServedMachine } from '../served.ts';
import { answerAt } from './answering.ts';
import { describe } from './describe.ts';

type Given = Readonly<Record<string, unknown>>;
/** A query of a machine, by its name. */
type Named = readonly [name: string, query: MachineQuery];

/** What a machine's own queries answer, each at `/queries/{name}`. */
export function addQueryRoutes(server: FastifyInstance, served: ServedMachine, tags: readonly string[]): void {
  for (const query of queriesOf(served))
    addQuery(server, { served, query, tags, path: `/queries/${query[0]}`, id: `queries.${query[0]}` });
}

/** The same queries under the addresses that they are known by already, where these are free. */
export function addKnownPaths(server: FastifyInstance, served: ServedMachine): void {
  const { chain, machine } = served.instance;
  for (const query of queriesOf(served)) {
    for (const path of query[1].paths ?? []) {
      const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
      if (server.hasRoute({ method: 'GET', url })) continue;
      const tags = [`${chain.name}/${machine.name}/paths`];
      addQuery(server, { served, query, tags, path: url, id: path.replaceAll(/[^\w]+/g, '_') });
    }
  }
}

export const queriesOf = ({ instance: { machine } }: ServedMachine): readonly Named[] =>
  Object.entries((machine.queries ?? {}) as Readonly<Record<string, MachineQuery>>);

interface Place {
  readonly served: ServedMachine;
  readonly query: Named;
  readonly tags: readonly string[];
  readonly path: string;
  readonly id: string;
}

function addQuery(server: FastifyInstance, { served, query: [name, query], tags, path, id }: Place): void {
  const { properties, required = [] } = query.parameters;
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, parameter = '']) => parameter);
  const behind = Object.keys(properties).filter((parameter) => !inPath.includes(parameter));
  const schemaOf = (names: readonly string[], needed: readonly string[], more: Given = {}): TSchema =>
    Type.Unsafe({
      type: 'object',
      properties: { ...more, ...Object.fromEntries(names.map((parameter) => [parameter, properties[parameter]])) },
      required: needed,
      additionalProperties: false,
    });
  server.get<{ Params: Given; Querystring: Given & { readonly at?: string } }>(
    path,
    {
      schema: describe({
        ...{ tags, name: id, summary: query.about },
        ...(inPath.length === 0 ? {} : { params: schemaOf(inPath, inPath) }),
        querystring: schemaOf(
          behind,
          required.filter((parameter) => behind.includes(parameter)),
          atQuery,
        ),
        body: answer({ result: Type.Unsafe(query.result) }),
      }),
    },
    ({ params, query: { at, ...given } }) =>
      answerAt(served, at, async (reading) => {
        const result = await query.ask(reading, { ...given, ...params });
        if (result === null)
          throw new NotThere(`${name} has no answer at height ${reading.height}: there is nothing of it`);
        return { result };
      }),
  );
}
