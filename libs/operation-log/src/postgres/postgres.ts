import { wallClock } from '@virtualchain/kernel';
import type { Broker, Fetched, FetchOptions } from '../broker.ts';
import { FETCH_BYTES, STALL_LIMIT_MS } from '../limits.ts';
import { createOperationLog } from '../log.ts';
import type { OperationLog } from '../port.ts';
import { untilAborted } from '../until-aborted.ts';
import { wallClockAndIds } from '../wall-clock-and-ids.ts';
import { fetchBatches, readOffsets } from './postgres-batches.ts';
import { type Connections, createConnections } from './postgres-connections.ts';
import { makeLayout } from './postgres-layout.ts';
import type { PostgresLogOptions } from './postgres-log-options.ts';
import { createNews, type News } from './postgres-news.ts';
import { fencePostgres } from './postgres-producer.ts';

/** A broker on tables of Postgres, in the schema `vchain_log` of one database. Connects on first use. @throws PostgresUrlInvalid */
export function createPostgresBroker(options: PostgresLogOptions): Broker {
  const { stallLimitMs = STALL_LIMIT_MS } = options;
  const connections = createConnections(options);
  const news = createNews(connections);
  return {
    ensureTopic: (topic) =>
      connections.askAnyway(topic, async (pool) => {
        await makeLayout(pool);
        await pool.query('insert into vchain_log.topics (name) values ($1) on conflict (name) do nothing', [topic]);
      }),
    fetch: (topic, offset, limits) =>
      untilAborted(fetchOrWait({ connections, news, topic }, offset, limits), limits.signal, offset),
    offsets: (topic) => connections.ask(topic, (pool) => readOffsets(pool, topic)),
    fence: (topic, transactionalId) => fencePostgres(connections, { topic, transactionalId, stallLimitMs }),
    commitOffset: (topic, group, nextOffset) =>
      connections.ask(topic, async (pool) => {
        await pool.query(COMMIT_OFFSET, [topic, group, String(nextOffset)]);
      }),
    async close() {
      await news.close();
      await connections.close();
    },
  };
}

const COMMIT_OFFSET = `
  insert into vchain_log.group_offsets (topic_id, group_name, next_offset)
  select id, $2, $3 from vchain_log.topics where name = $1
  on conflict (topic_id, group_name) do update set next_offset = excluded.next_offset`;

/** Where a fetch looks. */
interface Place {
  readonly connections: Connections;
  readonly news: News;
  readonly topic: string;
}

/** What is there, or else what there is once somebody told of news, or the wait is over. */
async function fetchOrWait(
  { connections, news, topic }: Place,
  offset: bigint,
  { maxWaitMs, maxBytes = FETCH_BYTES, signal }: FetchOptions,
): Promise<Fetched> {
  const look = () => connections.ask(topic, (pool) => fetchBatches(pool, topic, offset, maxBytes), signal);
  if (maxWaitMs === 0) return look();
  const told = new AbortController();
  const forget = news.hear(topic, () => told.abort()); // before the look: what comes in between is told of
  try {
    const fetched = await look();
    if (fetched.nextOffset > offset) return fetched;
    await wallClock.sleep(maxWaitMs, signal === undefined ? told.signal : AbortSignal.any([signal, told.signal]));
    return signal?.aborted ? fetched : await look();
  } finally {
    forget();
  }
}

/** The operation log in a database of Postgres. Connects on first use. @throws PostgresUrlInvalid */
export function openPostgresLog(options: PostgresLogOptions): OperationLog {
  return createOperationLog(createPostgresBroker(options), wallClockAndIds);
}
