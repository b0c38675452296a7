import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RealParts, RunningProcess } from '@virtualchain/local';
import { serviceAllocator, serviceNode } from '../../../services/cli/src/starting/executable.ts';

/** The processes between a node and Postgres. */
export type Stage = 'ingester' | 'projector';

/** A topic and a database that no other run has. */
export interface Place {
  readonly name: string;
  readonly prefix: string;
  readonly topic: string;
  readonly postgresUrl: string;
}

/** What the processes work on. */
interface Servers {
  readonly parts: RealParts<'kafka' | 'postgres'>;
  readonly node: { readonly url: string };
}

const services = resolve(import.meta.dirname, '../../../services');

export const stageScript = (stage: Stage): string => join(services, stage, 'src/main.ts');

let places = 0;

export async function makePlace(parts: Servers['parts'], purpose: string): Promise<Place> {
  const name = `${purpose}-${process.pid}-${++places}`;
  const postgresUrl = await parts.postgres.createDatabase(name.replaceAll('-', '_'));
  const prefix = `${parts.topicPrefix}-${name}`;
  return { name, prefix, topic: `${prefix}.regtest.kv`, postgresUrl };
}

const collector = join(import.meta.dirname, 'collect-on-signal.mjs');

/** Starts one stage of the chain kv, as a process of its own that ends with the run. SIGUSR2 makes it collect its garbage. */
export function startStage({ parts, node }: Servers, place: Place, stage: Stage): Promise<RunningProcess> {
  const machine = stage === 'projector' ? ['--machine', 'kv'] : [];
  return parts.startProcess({
    name: `${stage}-${place.name}`,
    command: process.execPath,
    args: [stageScript(stage), '--chain', 'kv', ...machine, '--topic-prefix', place.prefix],
    env: {
      PATH: process.env['PATH'],
      NODE_OPTIONS: [...serviceNode, '--expose-gc', '--import', collector].join(' '),
      ...serviceAllocator,
      VCHAIN_NETWORK: 'regtest',
      VCHAIN_NODE_URL: node.url,
      VCHAIN_KAFKA_BROKERS: parts.kafka.brokers.join(','),
      VCHAIN_POSTGRES_URL: place.postgresUrl,
      VCHAIN_POLL_MS: '50',
      // or whatever else runs on the machine decides how fast a projector is
      VCHAIN_NICENESS: '0',
      VCHAIN_HTTP_PORT: '0',
    },
  });
}

/** Rejects with the end of its log when a process ends that should go on. */
export async function endedEarly({ name, logFile, exited }: RunningProcess): Promise<never> {
  await exited;
  throw new Error(`${name} ended: ${readFileSync(logFile, 'utf8').split('\n').slice(-5).join('\n')}`);
}
