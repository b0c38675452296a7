/** Every question of the document, right and wrong, over kv and bns: no failure of ours, and no answer that the document does not tell of. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { openProjection, openRegistry, type Registry } from '@virtualchain/projection';
import { addressOf } from '../kit/bns-steps.ts';
import { answerChecker, operationsOf, questionOf } from '../kit/fuzz.ts';
import { type GatewayApi, gatewayOver } from '../kit/gateway-api.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { livesOfNames } from './bns-queries-history.ts';

/** Of each question. `npm run fuzz` asks many more. */
const ROUNDS = Number(process.env['VCHAIN_FUZZ_ROUNDS'] ?? 4);
const SEED = Number(process.env['VCHAIN_FUZZ_SEED'] ?? 7);

let parts: RealParts<'postgres'>;
let registry: Registry;
let gateway: GatewayApi;
let known: readonly string[];
const bugs: unknown[] = [];

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  const lives = await livesOfNames();
  const url = await parts.postgres.createDatabase('gateway_fuzz');
  await using projection = await openProjection(url, lives.instance);
  for (const changes of [lives.changes.main, lives.changes.over, lives.changes.back]) await projection.advance(changes);
  registry = await openRegistry(url);
  gateway = await gatewayOver(registry, 'mainnet', { onBug: (error) => bugs.push(error) });
  const { entries } = await gateway.answered('/v1/chains/bns/machines/bns/blocks?limit=20');
  known = [
    ...entries.flatMap(({ hash, consensusHash, height }: Record<string, unknown>) => [
      hash,
      consensusHash,
      String(height),
    ]),
    ...['107', '128', 'foo.test', 'bar.test', 'test', 'STACKS', addressOf('w2'), addressOf('w4'), lives.txid(107, 0)],
    ...['height>=107', 'name=NAME_UPDATE and not verdict=rejected', 'start', 'now', 'true'],
  ];
}, 120_000);

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await parts?.[Symbol.asyncDispose]();
});

test('no question fails by our fault, and every answer is one that the document tells of', async () => {
  const document = (await gateway.api.inject({ method: 'GET', url: '/openapi.json' })).json();
  const operations = operationsOf(document);
  expect(operations.length).toBeGreaterThan(80);
  const check = answerChecker();
  const random = numbersFrom(SEED);
  const wrong: unknown[] = [];
  const statuses = new Map<number, number>();
  for (const operation of operations) {
    for (let round = 0; round < ROUNDS; round++) {
      const question = questionOf(operation, { random, known });
      const { statusCode, headers, body } = await gateway.api.inject({ method: 'GET', url: question.url });
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      const problem = check(question, statusCode, String(headers['content-type']), body);
      if (problem !== null) wrong.push({ url: question.url, problem });
    }
  }
  expect({ seed: SEED, wrong: wrong.slice(0, 10), bugs: bugs.map(String) }).toEqual({
    seed: SEED,
    wrong: [],
    bugs: [],
  });
  expect(Math.min(statuses.get(200) ?? 0, statuses.get(400) ?? 0, statuses.get(404) ?? 0)).toBeGreaterThan(20);
}, 120_000);

/** Numbers from a seed, in [0, 1). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
