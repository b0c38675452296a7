import pTimeout from 'p-timeout';
import type { PoolClient } from 'pg';
import type { FencedProducer, OutgoingRecord } from '../broker.ts';
import { LogTruncated, refuseLostTail, TopicMissing, WriterFenced, WriterStalled } from '../errors.ts';
import { writerPoints } from '../points.ts';
import { refuseWithoutZstd } from '../record-batch/compression.ts';
import { encodeBatches, insertBatches } from './postgres-batches.ts';
import type { Connections } from './postgres-connections.ts';
import { foreseen } from './postgres-errors.ts';
import { NEWS_CHANNEL } from './postgres-news.ts';

/** What a producer is opened with. */
export interface ProducerOptions {
  readonly topic: string;
  readonly transactionalId: string;
  readonly stallLimitMs: number;
}

/** Waits for a transaction of an older producer that is under way: it holds its epoch until it is settled. */
const FENCE = `
  insert into vchain_log.producers (transactional_id, epoch)
  select $1, 1 from vchain_log.topics where name = $2
  on conflict (transactional_id) do update set epoch = vchain_log.producers.epoch + 1
  returning epoch::text as epoch, (select id::text from vchain_log.topics where name = $2) as topic_id`;

interface FenceRow {
  readonly epoch: string;
  readonly topic_id: string;
}

/** A new producer that has fenced its predecessors: the epoch of the id that they share is its own. @throws TopicMissing */
export async function fencePostgres(connections: Connections, options: ProducerOptions): Promise<FencedProducer> {
  refuseWithoutZstd();
  const { topic, transactionalId } = options;
  const { rows } = await connections.ask(topic, (pool) => pool.query<FenceRow>(FENCE, [transactionalId, topic]));
  const [fenced] = rows;
  if (fenced === undefined) throw new TopicMissing(topic);
  return new TableProducer(connections, options, fenced);
}

/**
 * A transaction of the log is one of Postgres. It shares the row of its epoch, so that a fence waits for its end, and holds
 * the row of its topic from the first send on: offsets are given in the order in which they are committed, and a reader
 * never sees a hole that is filled later.
 */
class TableProducer implements FencedProducer {
  readonly #connections: Connections;
  readonly #options: ProducerOptions;
  readonly #fenced: FenceRow;
  /** Throws away the connection of the transaction under way, and with it what is not committed. */
  #abandon: () => void = () => undefined;

  constructor(connections: Connections, options: ProducerOptions, fenced: FenceRow) {
    this.#connections = connections;
    this.#options = options;
    this.#fenced = fenced;
  }

  async transact(batches: readonly (readonly OutgoingRecord[])[], above: bigint): Promise<bigint[]> {
    const lending = this.#connections.lend();
    const client = await this.#step('a connection', () => lending).catch((error) => {
      lending.then((late) => late.release(true)).catch(() => undefined); // nobody waits for it any more
      throw error;
    });
    const release = once((isBroken: boolean) => client.release(isBroken));
    this.#abandon = () => release(true);
    try {
      await this.#step('the begin of a transaction', () => this.#begin(client));
      const offsets: bigint[] = [];
      for (const [index, records] of batches.entries()) {
        if (index > 0) writerPoints.pass('between-sends');
        const first = await this.#step('a send', () => this.#send(client, records, above));
        offsets.push(first);
      }
      writerPoints.pass('before-commit');
      await this.#step('a commit', () => client.query('commit'));
      writerPoints.pass('after-commit');
      release(false);
      return offsets;
    } finally {
      release(true); // after a failure: nothing that was sent is committed any more, but for a commit that was asked for
    }
  }

  async close(): Promise<void> {
    this.#abandon();
  }

  /** @throws WriterFenced */
  async #begin(client: PoolClient): Promise<void> {
    const { topic, transactionalId } = this.#options;
    await client.query('start transaction isolation level read committed');
    const { rows } = await client.query<{ readonly epoch: string }>(
      'select epoch::text as epoch from vchain_log.producers where transactional_id = $1 for share',
      [transactionalId],
    );
    if (rows[0]?.epoch !== this.#fenced.epoch) throw new WriterFenced(topic);
  }

  /** Takes as many offsets as there are records, and writes them. @throws TopicMissing, LogTruncated */
  async #send(client: PoolClient, records: readonly OutgoingRecord[], above: bigint): Promise<bigint> {
    const { topic } = this.#options;
    const batches = encodeBatches(topic, records);
    const { rows } = await client.query<{ readonly id: string; readonly first: string }>(
      `update vchain_log.topics set next_offset = next_offset + $2 where name = $1
       returning id::text as id, (next_offset - $2)::text as first, pg_notify('${NEWS_CHANNEL}', name)`,
      [topic, records.length],
    );
    const [place] = rows;
    if (place === undefined) throw new TopicMissing(topic);
    const first = BigInt(place.first);
    if (place.id !== this.#fenced.topic_id) throw new LogTruncated(topic, first, 'the topic was created again');
    refuseLostTail(topic, first, above);
    await insertBatches(client, place.id, first, batches);
    return first;
  }

  /** Runs one step; no answer in time is an answer. */
  async #step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const { topic, stallLimitMs } = this.#options;
    try {
      const fallback = () => {
        throw new WriterStalled(topic, name, stallLimitMs);
      };
      return await pTimeout(work(), { milliseconds: stallLimitMs, fallback });
    } catch (error) {
      throw foreseen(topic, 0n, error);
    }
  }
}

/** Does its work the first time only. */
function once<Argument>(work: (argument: Argument) => void): (argument: Argument) => void {
  let isDone = false;
  return (argument) => {
    if (!isDone) work(argument);
    isDone = true;
  };
}
