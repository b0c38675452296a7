import { type ConnectionSettings, connectionSettings, type SessionLaw, sessionSetter } from '@virtualchain/postgres';
import pTimeout from 'p-timeout';
import type { Client, Pool, PoolClient, PoolConfig } from 'pg';
import {
  CLOSE_LIMIT_MS,
  IDLE_IN_TRANSACTION_MS,
  LOG_POOL_CONNECTIONS_MAX,
  REQUEST_TIMEOUT_MS,
  RETRY_FOR_MS,
} from '../limits.ts';
import { retryWhileUnavailable } from '../retry.ts';
import { foreseen } from './postgres-errors.ts';
import { refuseOtherLayout } from './postgres-layout.ts';
import type { PostgresLogOptions } from './postgres-log-options.ts';

/** Connections to the database of a log, made when they are asked for. */
export interface Connections {
  /** Runs a request; repeats it until it has an answer or the time is over. @throws the foreseen failure */
  ask<Answer>(topic: string, request: (pool: Pool) => Promise<Answer>, signal?: AbortSignal): Promise<Answer>;
  /** The same, whether or not the tables of the log are there. */
  askAnyway<Answer>(topic: string, request: (pool: Pool) => Promise<Answer>): Promise<Answer>;
  /** A connection of one's own, from the pool. */
  lend(): Promise<PoolClient>;
  /** A connection beside the pool. */
  openClient(): Promise<Client>;
  close(): Promise<void>;
}

/** @throws PostgresUrlInvalid */
export function createConnections({
  url,
  clientId = 'log',
  retryForMs = RETRY_FOR_MS,
}: PostgresLogOptions): Connections {
  const law = {
    statementTimeoutMs: REQUEST_TIMEOUT_MS,
    idleInTransactionMs: IDLE_IN_TRANSACTION_MS,
    isDurable: true,
  };
  const settings = connectionSettings(url, { name: clientId, statementTimeoutMs: law.statementTimeoutMs });
  let opening: Promise<Pool> | null = null;
  let isLayoutKnown = false;
  let isClosed = false;
  const pool = (): Promise<Pool> => {
    opening ??= openPool(settings, law);
    return opening;
  };
  const repeat = <Answer>(topic: string, request: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> =>
    retryWhileUnavailable({ topic, retryForMs, foreseen, isOver: () => isClosed || signal?.aborted === true }, request);
  return {
    ask: (topic, request, signal) =>
      repeat(
        topic,
        async () => {
          const opened = await pool();
          if (!isLayoutKnown) await refuseOtherLayout(opened);
          isLayoutKnown = true;
          return request(opened);
        },
        signal,
      ),
    askAnyway: (topic, request) => repeat(topic, async () => request(await pool())),
    lend: async () => (await pool()).connect(),
    openClient: () => openClient(settings, law),
    async close() {
      isClosed = true;
      const ended = opening?.then((opened) => opened.end()).catch(() => undefined);
      if (ended !== undefined) await pTimeout(ended, { milliseconds: CLOSE_LIMIT_MS, message: false });
    },
  };
}

/** The client is loaded where it is used: commands that only look at other things start without it. */
async function openPool(settings: ConnectionSettings, law: SessionLaw): Promise<Pool> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    ...settings,
    max: LOG_POOL_CONNECTIONS_MAX,
    verify: sessionSetter(law) as unknown as PoolConfig['verify'],
  });
  // The statement under way fails as well, and says so; without a listener the process would end.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', () => undefined);
  return pool;
}

/** One connection, with its session set up. */
export async function openClient(settings: ConnectionSettings, law: SessionLaw): Promise<Client> {
  const { default: pg } = await import('pg');
  const client = new pg.Client(settings);
  client.on('error', () => undefined); // `end` tells of it
  try {
    await client.connect();
    await new Promise<void>((resolve, reject) => {
      sessionSetter(law)(client as unknown as Parameters<ReturnType<typeof sessionSetter>>[0], (error) =>
        error ? reject(error) : resolve(),
      );
    });
  } catch (error) {
    void client.end().catch(() => undefined);
    throw error;
  }
  return client;
}

/** Says good-bye, so that what the session held is free at once; a server that does not answer is left alone. */
export async function endClient(client: Client): Promise<void> {
  await pTimeout(
    client.end().catch(() => undefined),
    { milliseconds: CLOSE_LIMIT_MS, message: false },
  );
}
