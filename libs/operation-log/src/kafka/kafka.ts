import type { Kafka as KafkaClient, KafkaConfig, logLevel as LogLevel } from 'kafkajs';
import type { Broker } from '../broker.ts';
import { BrokerUnavailable } from '../errors.ts';
import {
  CLIENT_RETRY,
  CONNECTION_TIMEOUT_MS,
  FETCH_BYTES,
  MARKER_WAIT_MS,
  REQUEST_TIMEOUT_MS,
  RETRY_FOR_MS,
  STALL_LIMIT_MS,
} from '../limits.ts';
import { createOperationLog } from '../log.ts';
import type { OperationLog } from '../port.ts';
import { asRecordInvalid } from '../record-batch/readable.ts';
import { retryWhileUnavailable } from '../retry.ts';
import { untilAborted } from '../until-aborted.ts';
import { wallClockAndIds } from '../wall-clock-and-ids.ts';
import { type Clusters, createClusters } from './kafka-clusters.ts';
import { KAFKA_FAILURES } from './kafka-errors.ts';
import { commitOffset, fetchFrom, type KafkaCluster, readOffsets, waitForOffset } from './kafka-internals.ts';
import { fenceKafka } from './kafka-producer.ts';
import { ensureKafkaTopic } from './kafka-topic.ts';
import { kafkajs } from './kafkajs.ts';

/** Which brokers, how they are spoken to, and how long they are waited for. */
export interface KafkaLogOptions {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  /** As the broker's logs and quotas call us. */
  readonly clientId?: string;
  /** Of topics that `ensureTopic` creates; the number of brokers, at most 3, by default. */
  readonly replicationFactor?: number;
  /** How long a request is repeated while no broker answers, before BROKER_UNAVAILABLE is thrown. */
  readonly retryForMs?: number;
  /** How long a step of a transaction may take, before WRITER_STALLED is thrown. */
  readonly stallLimitMs?: number;
  /**
   * Told by `ensureTopic` of what would let the topic lose records with a broker: too few copies, commits that wait for too
   * few, leaders that may lack records. Nobody is told where there is nothing; what it throws, `ensureTopic` throws.
   */
  readonly onWeakTopic?: (topic: string, weaknesses: readonly string[]) => void;
  /** TLS and SASL, as kafkajs takes them. */
  readonly security?: Pick<KafkaConfig, 'ssl' | 'sasl'>;
  /** What kafkajs has to say; nothing is kept by default. */
  readonly onClientLog?: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
}

/** A kafkajs client with the settings that all of ours share. */
export function createKafka(options: KafkaLogOptions): KafkaClient {
  const { brokers, clientId = 'virtualchain', security, onClientLog } = options;
  const { Kafka, logLevel } = kafkajs();
  return new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: CLIENT_RETRY,
    logLevel: onClientLog === undefined ? logLevel.NOTHING : logLevel.INFO,
    logCreator: () => (entry) => onClientLog?.(levelName(entry.level), `${entry.namespace}: ${entry.log.message}`),
    ...security,
  });
}

function levelName(level: LogLevel): 'debug' | 'info' | 'warn' | 'error' {
  const { logLevel } = kafkajs();
  if (level === logLevel.ERROR) return 'error';
  if (level === logLevel.WARN) return 'warn';
  return level === logLevel.INFO ? 'info' : 'debug';
}

/** Topics of Apache Kafka, below everything that the contract of the log says. Connects on first use. */
export function createKafkaBroker(options: KafkaLogOptions): Broker {
  const { replicationFactor = null, retryForMs = RETRY_FOR_MS, stallLimitMs = STALL_LIMIT_MS, onWeakTopic } = options;
  const kafka = createKafka(options);
  const clusters = createClusters(kafka, retryForMs);
  return {
    ensureTopic: (topic) =>
      retryWhileUnavailable({ ...KAFKA_FAILURES, topic, retryForMs }, () =>
        ensureKafkaTopic(kafka, topic, { replicationFactor, onWeakTopic }),
      ),
    async fetch(topic, offset, { maxWaitMs, maxBytes = FETCH_BYTES, signal }) {
      const limits = { maxWaitMs, maxBytes };
      const asking = clusters.ask(
        topic,
        offset,
        async (cluster) => {
          const fetched = await fetchFrom(cluster, topic, offset, limits).catch((error) => {
            throw asRecordInvalid(topic, error);
          });
          const stuck = fetched.nextOffset === offset && offset < fetched.stableOffset;
          if (stuck) throw new BrokerUnavailable(topic, new Error(`a fetch at ${offset} came back empty`));
          return fetched;
        },
        signal,
      );
      return untilAborted(asking, signal, offset);
    },
    offsets: (topic) => clusters.ask(topic, 0n, (cluster) => readOffsets(cluster, topic)),
    fence: async (topic, transactionalId) => {
      await clusters.ask(topic, 0n, (cluster) => readOffsets(cluster, topic)); // a missing topic is named here
      const untilStable = (marker: bigint, signal: AbortSignal) => untilDecided(clusters, topic, marker, signal);
      const fence = () => fenceKafka(kafka, { topic, transactionalId, stallLimitMs, untilStable });
      return retryWhileUnavailable({ ...KAFKA_FAILURES, topic, retryForMs }, fence); // a fence that failed has written nothing
    },
    commitOffset: (topic, group, nextOffset) =>
      clusters.ask(topic, nextOffset, (cluster) => commitOffset(cluster, topic, group, nextOffset)),
    close: () => clusters.close(),
  };
}

/**
 * Kafka acknowledges a commit before readers can see it: the marker that ends the transaction is written afterwards.
 * A writer that read the log in between would not find its own blocks.
 */
async function untilDecided(clusters: Clusters, topic: string, marker: bigint, signal: AbortSignal): Promise<void> {
  const limits = { maxWaitMs: MARKER_WAIT_MS, maxBytes: 1 };
  const wait = (cluster: KafkaCluster) => waitForOffset(cluster, topic, marker, limits);
  while (!signal.aborted) {
    const stable = await clusters.ask(topic, marker, wait, signal);
    if (stable > marker) return;
  }
}

/** The operation log on Apache Kafka. Connects on first use. */
export function openKafkaLog(options: KafkaLogOptions): OperationLog {
  return createOperationLog(createKafkaBroker(options), wallClockAndIds);
}
