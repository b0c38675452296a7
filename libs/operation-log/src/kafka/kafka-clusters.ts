import type { Kafka } from 'kafkajs';
import { retryWhileUnavailable } from '../retry.ts';
import { KAFKA_FAILURES, kafkaErrorType } from './kafka-errors.ts';
import { createCluster, type KafkaCluster } from './kafka-internals.ts';

/** Connections to the brokers, lent out one request at a time and replaced after a failure. */
export interface Clusters {
  /** Runs a request; repeats it with new connections until it has an answer or the time is over. */
  ask<Answer>(
    topic: string,
    offset: bigint,
    request: (cluster: KafkaCluster) => Promise<Answer>,
    signal?: AbortSignal,
  ): Promise<Answer>;
  close(): Promise<void>;
}

export function createClusters(kafka: Kafka, retryForMs: number): Clusters {
  const idle: KafkaCluster[] = [];
  let closed = false;

  async function once<Answer>(request: (cluster: KafkaCluster) => Promise<Answer>): Promise<Answer> {
    const cluster = idle.pop() ?? createCluster(kafka);
    try {
      await cluster.connect();
      const answer = await request(cluster);
      giveBack(cluster);
      return answer;
    } catch (error) {
      // An answer from Kafka leaves the connection whole; its metadata may be old. Everything else is thrown away.
      if (kafkaErrorType(error) === null) void quietly(cluster.disconnect());
      else {
        await quietly(cluster.refreshMetadata());
        giveBack(cluster);
      }
      throw error;
    }
  }

  function giveBack(cluster: KafkaCluster): void {
    if (closed) void quietly(cluster.disconnect());
    else idle.push(cluster);
  }

  return {
    ask: (topic, offset, request, signal) =>
      retryWhileUnavailable(
        { ...KAFKA_FAILURES, topic, offset, retryForMs, isOver: () => closed || signal?.aborted === true },
        () => once(request),
      ),
    async close() {
      closed = true;
      await Promise.all(idle.splice(0).map((cluster) => quietly(cluster.disconnect())));
    },
  };
}

/** Leaving a broker that is gone fails, and nobody needs to know. */
async function quietly(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}
