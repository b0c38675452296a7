import type { Metrics } from '@virtualchain/process';
import type { FastifyInstance } from 'fastify';
import { codeTold } from './problems.ts';

/** Of answers; streams are measured by their subscribers. */
const BUCKETS_SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const STREAM = /\/(events|socket)$/;

/** Counts answers by route, status and code, and how long they took. A route is named as it is defined, not as it was asked for. */
export function measureAnswers(server: FastifyInstance, metrics: Metrics): void {
  const answers = metrics.counter({
    name: 'gateway_answers_total',
    help: 'Answers by route, status and code of the problem',
    labels: ['route', 'status', 'code'],
  });
  const seconds = metrics.histogram({
    name: 'gateway_answer_seconds',
    help: 'How long answers took, by route',
    labels: ['route'],
    buckets: BUCKETS_SECONDS,
  });
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    answers.inc({ route, status: String(reply.statusCode), code: codeTold(reply) ?? '' });
    if (!STREAM.test(route)) seconds.observe({ route }, reply.elapsedTime / 1_000);
  });
}
