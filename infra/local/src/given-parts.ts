import { ExpectedError } from '@virtualchain/kernel';
import { kafkaSecurity, kafkaSecuritySpec, problemsOfKafkaSecurity, readConfig } from '@virtualchain/process';
import { probeKafka } from './kafka/kafka-probe.ts';
import { probeNode } from './node/node-probe.ts';
import type { KafkaPart, NodePart, Part, PostgresLogPart, PostgresPart } from './part.ts';
import { createDatabase, dropDatabase, probePostgres } from './postgres/postgres-client.ts';
import type { Env } from './tools/cache.ts';

/** A part that a URL in the environment points at does not answer, or was asked for what only its owner may do. */
export class GivenPartUnusable extends ExpectedError {
  override readonly name = 'GivenPartUnusable';
  readonly code = 'GIVEN_PART_UNUSABLE';
  readonly remedy = 'halt';
}

/** Spoken to as the VCHAIN_KAFKA_… variables say. */
export async function givenKafka(variable: string, value: string, env: Env): Promise<KafkaPart> {
  const brokers = value.split(',').map((broker) => broker.trim());
  const security = kafkaSecurity(readConfig(kafkaSecuritySpec, env, [], [problemsOfKafkaSecurity]));
  await mustAnswer(variable, () => probeKafka(brokers, security));
  return { ...untouchable(variable), brokers, description: `from ${variable}, ${brokers.join(', ')}` };
}

/** `cookieFile` is for a URL without a login. */
export async function givenNode(variable: string, url: string, cookieFile?: string): Promise<NodePart> {
  await mustAnswer(variable, () => probeNode(url, cookieFile));
  const part = untouchable(variable);
  const description = `from ${variable}, ${new URL(url).host}`;
  const cookie = cookieFile === undefined ? {} : { cookieFile };
  return { ...part, ...cookie, kind: 'unknown', url, description, startEmpty: part.restart };
}

/** Databases that were created in somebody's server are dropped by `forget`. */
export async function givenPostgres(
  variable: string,
  url: string,
): Promise<PostgresPart & { forget(): Promise<void> }> {
  await mustAnswer(variable, () => probePostgres(url));
  const created: string[] = [];
  return {
    ...untouchable(variable),
    url,
    description: `from ${variable}, ${new URL(url).host}`,
    async createDatabase(name) {
      const database = await createDatabase(url, name);
      created.push(name);
      return database;
    },
    async forget() {
      for (const name of created) await dropDatabase(url, name);
    },
  };
}

/** A database that holds operation logs. */
export async function givenPostgresLog(variable: string, url: string): Promise<PostgresLogPart> {
  await mustAnswer(variable, () => probePostgres(url));
  return { ...untouchable(variable), kind: 'postgres', url, description: `from ${variable}, ${new URL(url).host}` };
}

async function mustAnswer(variable: string, probe: () => Promise<void>): Promise<void> {
  await probe().catch((error: unknown) => {
    const message = `What ${variable} points at does not answer. Start it, correct the value, or unset ${variable}.`;
    throw new GivenPartUnusable(message, { cause: error });
  });
}

function untouchable(variable: string): Omit<Part, 'description'> {
  const refuse = async () => {
    throw new GivenPartUnusable(`The part that ${variable} points at is not ours to start or stop. Unset ${variable}.`);
  };
  return { source: 'url', start: refuse, stop: refuse, restart: refuse, kill: refuse };
}
