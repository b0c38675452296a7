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
  readonly headers?: TSchema;
  /** What is sent to it. */
  readonly sent?: TSchema;
  readonly body: TSchema;
  /** Of the answer; 200 where nothing is said. */
  readonly status?: number;
  /** JSON where nothing is said. */
  readonly contentType?: string;
}

/** The schema of a route. */
export function describe(described: Described): FastifySchema {
  const { tags, name, summary, params, querystring, headers, sent, body } = described;
  const { contentType = 'application/json', status = 200 } = described;
  return {
    tags: [...tags],
    operationId: [...tags, name].join('.').replaceAll('/', '.'),
    summary,
    ...(params === undefined ? {} : { params }),
    ...(querystring === undefined ? {} : { querystring }),
    ...(headers === undefined ? {} : { headers }),
    ...(sent === undefined ? {} : { body: sent }),
    response: {
      [status]: { description: summary, content: { [contentType]: { schema: body } } },
      '4xx': PROBLEM,
      '5xx': PROBLEM,
    },
  };
}

const PROBLEM = {
  description: 'what went wrong, with a stable code',
  content: { 'application/problem+json': { schema: ProblemDetails } },
};
