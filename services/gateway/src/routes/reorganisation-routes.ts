import { type Registry, readReorganisations } from '@virtualchain/projection';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { cursorOfPosition, positionOfCursor } from '../moment.ts';
import { nullable, pageQuery, queryOf } from '../schemas/common.ts';
import { Reorganisation } from '../schemas/reorganisations.ts';
import type { ServedMachine } from '../served.ts';
import { describe } from './describe.ts';

const { limit, after } = pageQuery;

interface Query {
  readonly limit: number;
  readonly after?: string;
}

/** Which blocks were taken back. What is listed is past and stays so: it is of no moment. */
export function addReorganisationRoutes(
  server: FastifyInstance,
  {
    registry,
    served,
    tags,
  }: { readonly registry: Registry; readonly served: ServedMachine; readonly tags: readonly string[] },
): void {
  server.get<{ Querystring: Query }>(
    '/reorganisations',
    {
      schema: describe({
        tags,
        name: 'reorganisations',
        summary: 'blocks that were taken back, by reorganisation, the last one first; the feed has what was in them',
        querystring: queryOf({ limit, after }),
        body: Type.Object({ entries: Type.Array(Reorganisation), next: nullable(Type.String()) }),
      }),
    },
    async ({ query }) => {
      const before = query.after === undefined ? {} : { before: positionOfCursor(query.after) };
      const found = await readReorganisations(registry, served.instance, { ...before, limit: query.limit + 1 });
      const entries = found.slice(0, query.limit);
      const end = entries.at(-1);
      const next = found.length > entries.length && end !== undefined ? cursorOfPosition(end.position) : null;
      return { entries, next };
    },
  );
}
