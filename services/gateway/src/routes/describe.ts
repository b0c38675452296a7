import type {} from '@fastify/swagger';
import type { FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import { ProblemDetails } from '../schemas/common.ts';

/** What a route takes and answers: checked on the way in, and told by the OpenAPI document. */
export interface Described {
  readonly tags: readonly string[];
  /** Of the question, among those of its tag: clients that are generated call it so. */
  readonly name: string;
  readonly summary: string;
  readonly params?: TSchema;
  readonly querystring?: TSchema;
  readonly body: TSchema;
}

/** The schema of a GET. */
export function describe({ tags, name, summary, params, querystring, body }: Described): FastifySchema {
  return {
    tags: [...tags],
    operationId: [...tags, name].join('.').replaceAll('/', '.'),
    summary,
    ...(params === undefined ? {} : { params }),
    ...(querystring === undefined ? {} : { querystring }),
    response: {
      200: { description: summary, content: { 'application/json': { schema: body } } },
      '4xx': PROBLEM,
      '5xx': PROBLEM,
    },
  };
}

const PROBLEM = {
  description: 'what went wrong, with a stable code',
  content: { 'application/problem+json': { schema: ProblemDetails } },
};
