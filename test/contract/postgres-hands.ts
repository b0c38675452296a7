import { createPostgresBroker, openPostgresLog } from '@virtualchain/operation-log';
import { encodeEvent, type LogEvent } from '@virtualchain/protocol';
import pg from 'pg';
import { encodeBatches, insertBatches } from '../../libs/operation-log/src/postgres/postgres-batches.ts';
import type { LogHarness } from './operation-log.contract.ts';

/** What a test does to the tables of a log by hand. */
export interface PostgresHands extends LogHarness {
  /** Drops everything from `offset` on, as a database that was restored from a copy has lost it. */
  cutTail(topic: string, offset: bigint): Promise<void>;
  /** Begins a transaction as a writer of that id does, and stands still in it, as a frozen process; Postgres waits so long. */
  begin(
    topic: string,
    writer: { readonly transactionalId: string; readonly idleMs: number },
  ): Promise<{ commit(): Promise<void> }>;
  /** Runs a statement as its operator would type it. */
  rows(statement: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
}

/** A harness on a real database: clients of the library, and statements for what the library refuses to do. */
export function postgresHarness(url: string, stop: () => Promise<void>): PostgresHands {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', () => undefined); // the server may be stopped under it
  const broker = createPostgresBroker({ url });

  /** The values of the first records of a topic. */
  async function valuesOf(topic: string, count: number): Promise<Uint8Array[]> {
    const values: Uint8Array[] = [];
    for (let offset = 0n; values.length < count; ) {
      const { records, nextOffset } = await broker.fetch(topic, offset, { maxWaitMs: 0 });
      if (nextOffset === offset) throw new Error(`${topic} has only ${values.length} records`);
      values.push(...records.map(({ value }) => value));
      offset = nextOffset;
    }
    return values.slice(0, count);
  }

  async function recreate(topic: string, keptRecords: number): Promise<void> {
    const kept = await valuesOf(topic, keptRecords);
    await pool.query('delete from vchain_log.topics where name = $1', [topic]);
    await broker.ensureTopic(topic);
    if (kept.length > 0) await (await begin(pool, topic, kept)).settle('committed');
  }

  return {
    open: async () => openPostgresLog({ url }),
    injectOpen: (topic, events) => begin(pool, topic, events),
    inject: async (topic, events, fate = 'committed') => (await begin(pool, topic, events)).settle(fate),
    recreate,
    async begin(topic, { transactionalId, idleMs }) {
      const client = await pool.connect();
      client.on('error', () => undefined);
      await client.query(`begin; set local idle_in_transaction_session_timeout = ${idleMs}`);
      const holding = 'select from vchain_log.producers where transactional_id = $1 for share';
      await client.query(holding, [transactionalId]);
      await client.query('update vchain_log.topics set next_offset = next_offset + 1 where name = $1', [topic]);
      return {
        async commit() {
          try {
            await client.query('commit');
          } finally {
            client.release(true);
          }
        },
      };
    },
    async cutTail(topic, offset) {
      const kept = await valuesOf(topic, Number(offset));
      const client = await pool.connect();
      await client.query('begin');
      const { rows } = await client.query(
        'update vchain_log.topics set next_offset = $2 where name = $1 returning id::text as id',
        [topic, String(offset)],
      );
      await client.query('delete from vchain_log.batches where topic_id = $1', [rows[0].id]);
      const records = kept.map((value) => ({ key: '101', value, type: 'test', id: '', time: '' }));
      if (kept.length > 0) await insertBatches(client, rows[0].id, 0n, encodeBatches(topic, records));
      await client.query('commit');
      client.release();
    },
    async rows(statement, values = []) {
      return (await pool.query(statement, [...values])).rows;
    },
    async close() {
      await broker.close();
      await pool.end();
      await stop();
    },
  };
}

/** A transaction of a stranger with these records in it. */
async function begin(pool: pg.Pool, topic: string, events: readonly (LogEvent | Uint8Array)[]) {
  const client = await pool.connect();
  await client.query('begin');
  const values = events.map((event) => (event instanceof Uint8Array ? event : encodeEvent(event)));
  const records = values.map((value) => ({ key: '101', value, type: 'test', id: '', time: '' }));
  const { rows } = await client.query(
    `update vchain_log.topics set next_offset = next_offset + $2 where name = $1
     returning id::text as id, (next_offset - $2)::text as first`,
    [topic, records.length],
  );
  await insertBatches(client, rows[0].id, BigInt(rows[0].first), encodeBatches(topic, records));
  return {
    async settle(fate: 'committed' | 'aborted') {
      await client.query(fate === 'committed' ? 'commit' : 'rollback');
      client.release();
    },
  };
}
