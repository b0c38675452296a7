import { setTimeout as pause } from 'node:timers/promises';
import { ExpectedError } from '@virtualchain/bitcoin';
import type { Kafka } from 'kafkajs';
import { BrokerUnavailable } from './errors.ts';
import { foreseen, kafkaErrorType } from './kafka-errors.ts';
import { createCluster, type KafkaCluster } from './kafka-internals.ts';

const RETRY_FIRST_MS = 50;
const RETRY_LAST_MS = 2_000;
/** A deleted topic and one whose leader is being chosen look alike for a moment. */
const MISSING_TOPIC_TRIES = 3;

/** Connections to the brokers, lent out one request at a time and made anew after a failure. */
export interface Clusters {
  /** Runs a request; repeats it with new connections until it has an answer or patience ends. */
  ask<Answer>(
    topic: string,
    offset: bigint,
    request: (cluster: KafkaCluster) => Promise<Answer>,
    signal?: AbortSignal,
  ): Promise<Answer>;
  close(): Promise<void>;
}

export function createClusters(kafka: Kafka, patienceMs: number): Clusters {
  const idle: KafkaCluster[] = [];
  let closed = false;

  async function once<Answer>(request: (cluster: KafkaCluster) => Promise<Answer>): Promise<Answer> {
    const cluster = idle.pop() ?? createCluster(kafka);
    try {
      await cluster.connect();
      const answer = await request(cluster);
      if (closed) void quietly(cluster.disconnect());
      else idle.push(cluster);
      return answer;
    } catch (error) {
      // An answer from Kafka leaves the connection whole; its metadata may be old. Everything else is thrown away.
      if (kafkaErrorType(error) === null || closed) void quietly(cluster.disconnect());
      else {
        await quietly(cluster.refreshMetadata());
        idle.push(cluster);
      }
      throw error;
    }
  }

  return {
    async ask(topic, offset, request, signal) {
      const started = performance.now();
      let wait = RETRY_FIRST_MS;
      for (let tries = 1; ; tries += 1) {
        try {
          return await once(request);
        } catch (error) {
          const failure = foreseen(topic, offset, error);
          const missing = failure instanceof ExpectedError && failure.code === 'TOPIC_MISSING';
          const again = failure instanceof BrokerUnavailable || (missing && tries < MISSING_TOPIC_TRIES);
          if (!again || closed || signal?.aborted || performance.now() - started > patienceMs) throw failure;
        }
        await pause(wait);
        wait = Math.min(2 * wait, RETRY_LAST_MS);
      }
    },
    async close() {
      closed = true;
      await Promise.all(idle.splice(0).map((cluster) => quietly(cluster.disconnect())));
    },
  };
}

/** A goodbye to a broker that is gone fails, and nobody needs to know. */
async function quietly(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}
