import { type Registry, readSeals } from '@virtualchain/projection';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { HEIGHTS_PER_QUESTION_MAX } from '../limits.ts';
import { blockHash, consensusHash, hash256, height, nullable, queryOf } from '../schemas/common.ts';
import type { ServedMachine } from '../served.ts';
import { describe } from './describe.ts';

const Seal = Type.Object({ height, hash: blockHash, consensusHash, changesHash: hash256 });

const heights = Type.Optional(
  Type.String({
    pattern: `^[0-9]{1,9}(,[0-9]{1,9}){0,${HEIGHTS_PER_QUESTION_MAX - 1}}$`,
    description: `at most ${HEIGHTS_PER_QUESTION_MAX} block heights, separated by commas`,
  }),
);

/** What other operators compare with theirs. A projector answers the same. */
export function addSealRoute(
  server: FastifyInstance,
  {
    registry,
    served,
    tags,
  }: { readonly registry: Registry; readonly served: ServedMachine; readonly tags: readonly string[] },
): void {
  server.get<{ Querystring: { heights?: string } }>(
    '/seals',
    {
      schema: describe({
        tags,
        name: 'seals',
        summary:
          'what two operators compare: the rules, the newest block, and the hashes that seal blocks, in the order asked for',
        querystring: queryOf({ heights }),
        body: Type.Object({
          ...{ network: Type.String(), chain: Type.String(), machine: Type.String(), version: Type.Integer() },
          parametersHash: hash256,
          tip: nullable(Seal),
          seals: Type.Array(nullable(Seal)),
        }),
      }),
    },
    ({ query }) => readSeals(registry, served.instance, (query.heights?.split(',') ?? []).map(Number)),
  );
}
