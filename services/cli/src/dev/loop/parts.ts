import type { RealParts } from '@virtualchain/local';
import type { LogPlace } from '@virtualchain/operation-log';
import { LOCAL_MISSING, loadLocal } from '../../starting/local.ts';
import { DevRefused } from '../hands/errors.ts';
import type { Happening } from './happenings.ts';

/** The parts of a run, and where its log is. */
export interface DevParts extends AsyncDisposable {
  readonly parts: RealParts<'log' | 'node' | 'postgres'>;
  readonly postgresUrl: string;
  readonly log: LogPlace;
}

/**
 * Starts node, log and Postgres: embedded ones, unless real ones are asked for.
 *
 * @throws DevRefused where what starts them is not installed, and what keeps them from starting.
 */
export async function startDevParts(
  { real, folder }: { readonly real: boolean; readonly folder: string },
  happen: (happening: Happening) => void,
): Promise<DevParts> {
  const local = await loadLocal(folder);
  if (local === null) throw new DevRefused(LOCAL_MISSING);
  const parts = await local.startRealParts({
    need: ['log', 'node', 'postgres'],
    embedded: real ? 'never' : 'first',
    home: folder,
    log: (text) => happen({ kind: 'part', text }),
  });
  try {
    const postgresUrl = await parts.postgres.createDatabase(`dev_${parts.runId}`);
    const { log } = parts;
    const place: LogPlace =
      log.kind === 'postgres' ? { kind: 'postgres', url: log.url } : { kind: 'kafka', brokers: log.brokers };
    return { parts, postgresUrl, log: place, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
  } catch (error) {
    await parts[Symbol.asyncDispose]();
    throw error;
  }
}

/** Where the log is, as settings are called in the environment and in the file of a run. */
export function logSettings(log: LogPlace): { readonly env: Names; readonly places: Names } {
  if (log.kind === 'postgres')
    return { env: { VCHAIN_LOG_POSTGRES_URL: log.url }, places: { logPostgresUrl: log.url } };
  const brokers = log.brokers.join(',');
  return { env: { VCHAIN_KAFKA_BROKERS: brokers }, places: { kafkaBrokers: brokers } };
}

type Names = Readonly<Record<string, string>>;
