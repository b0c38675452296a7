import type { Kafka } from 'kafkajs';
import { FETCH_DECODED_BYTES, METADATA_MAX_AGE_MS, REQUEST_TIMEOUT_MS } from '../limits.ts';
import { type DecodedBatches, decodeBatches } from '../record-batch/decode-batches.ts';
import {
  ACKS_ALL,
  decodeFetch,
  encodeProduce,
  FETCH_VERSION,
  type FetchedPartition,
  PRODUCE_VERSION,
} from './kafka-messages.ts';

/**
 * The one file that reaches into kafkajs 2.2.4, pinned exactly; `kafkajs.ts` only mends a timer. Its public reader joins a
 * consumer group, which takes seconds, hides the last stable offset, resets silently when an offset is out of range, and
 * cannot be asked for one record. Inside, it speaks to a broker with plain fetches; these are used here, and the contract
 * suite stands over them.
 */

/** What goes out, as kafkajs makes it: `encode` answers with something that has its encoder's two fields. */
interface KafkaRequest {
  readonly apiName: string;
  readonly apiVersion: number;
  encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
}

/** A request, and how what comes back is read: `decode` takes the bytes, `parse` throws the error that they name. */
interface KafkaExchange {
  readonly request: KafkaRequest;
  readonly response: { decode(bytes: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> };
}

interface ConnectionPool {
  send(exchange: KafkaExchange): Promise<unknown>;
}

interface KafkaBroker {
  readonly nodeId: string;
  readonly connectionPool: ConnectionPool;
  fetch(request: object): Promise<{ readonly responses: readonly { readonly partitions: FetchedPartition[] }[] }>;
  offsetCommit(request: object): Promise<unknown>;
  initProducerId(request: object): Promise<{ readonly producerId: string; readonly producerEpoch: number }>;
  addPartitionsToTxn(request: object): Promise<unknown>;
  produce(
    request: object,
  ): Promise<{ readonly topics: readonly { readonly partitions: readonly { readonly baseOffset: string }[] }[] }>;
  endTxn(request: object): Promise<unknown>;
}

/** A set of connections to the brokers. One long fetch at a time: a broker answers each connection in order. */
export interface KafkaCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, readonly number[]>>;
  findBroker(node: { readonly nodeId: string }): Promise<KafkaBroker>;
  findGroupCoordinator(group: { readonly groupId: string; readonly coordinatorType?: number }): Promise<KafkaBroker>;
  fetchTopicsOffset(
    topics: readonly object[],
  ): Promise<readonly { readonly partitions: readonly { readonly offset: string }[] }[]>;
}

/** The whole log is one partition: its order is the product. */
export const PARTITION = 0;
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
/** The coordinators of transactions, not those of groups. */
const TRANSACTION = 1;

export function createCluster(kafka: Kafka): KafkaCluster {
  const door = Object.getOwnPropertySymbols(kafka).find(
    (symbol) => symbol.description === 'private:Kafka:createCluster',
  );
  const create = door && (kafka as unknown as Record<symbol, unknown>)[door];
  if (typeof create !== 'function')
    throw new TypeError('kafkajs is not version 2.2.4: it has no private createCluster');
  const options = {
    allowAutoTopicCreation: false,
    isolationLevel: READ_COMMITTED,
    metadataMaxAge: METADATA_MAX_AGE_MS,
  };
  return create(options) as KafkaCluster;
}

async function findLeader(cluster: KafkaCluster, topic: string): Promise<KafkaBroker> {
  await cluster.refreshMetadataIfNecessary();
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [PARTITION]));
  if (nodeId === undefined) throw new NoLeader(topic);
  return cluster.findBroker({ nodeId });
}

/** The partition has no leader at the moment; the next look at the metadata may name one. */
class NoLeader extends Error {
  override readonly name = 'NoLeader';
  constructor(topic: string) {
    super(`${topic} has no leader`);
  }
}

/**
 * The broker, with parts of what is sent to it replaced: kafkajs chooses the version, sends, and names errors as ever.
 * Its own encoder took three quarters of the time of a send, its decoder a quarter of that of a read.
 */
function replacing(broker: KafkaBroker, replace: (exchange: KafkaExchange) => KafkaExchange): KafkaBroker {
  const pool = broker.connectionPool;
  const send: ConnectionPool['send'] = (exchange) => pool.send(replace(exchange));
  return Object.create(broker, { connectionPool: { value: Object.create(pool, { send: { value: send } }) } });
}

/** The broker is older than what we read and write. Named as Kafka would name it. */
class TooOld extends Error {
  override readonly name = 'TooOld';
  readonly type = 'UNSUPPORTED_VERSION';
}

function refuseOtherVersion({ apiName, apiVersion }: KafkaRequest, wanted: number): void {
  if (apiVersion !== wanted) throw new TooOld(`the broker takes ${apiName} of version ${apiVersion}, not ${wanted}`);
}

/** One answer to a fetch: what is committed of it, and where it ended. */
export interface RawFetch extends DecodedBatches {
  readonly stableOffset: bigint;
}

export async function fetchFrom(
  cluster: KafkaCluster,
  topic: string,
  offset: bigint,
  limits: FetchLimits,
): Promise<RawFetch> {
  const { batches, aborted, stableOffset } = await fetchPartition(cluster, topic, offset, {
    isolationLevel: READ_COMMITTED,
    ...limits,
  });
  return { ...decodeBatches(batches, { from: offset, aborted, bytesMax: FETCH_DECODED_BYTES }), stableOffset };
}

/**
 * Waits at the broker until something stands at `offset`, committed or not, and answers with the stable offset. A fetch
 * of what is committed would not wait there: beyond the stable offset it is answered at once.
 */
export async function waitForOffset(
  cluster: KafkaCluster,
  topic: string,
  offset: bigint,
  limits: FetchLimits,
): Promise<bigint> {
  const { stableOffset } = await fetchPartition(cluster, topic, offset, {
    isolationLevel: READ_UNCOMMITTED,
    ...limits,
  });
  return stableOffset;
}

interface FetchLimits {
  readonly maxWaitMs: number;
  readonly maxBytes: number;
}

async function fetchPartition(
  cluster: KafkaCluster,
  topic: string,
  offset: bigint,
  {
    isolationLevel,
    maxWaitMs,
    maxBytes,
  }: FetchLimits & { readonly isolationLevel: typeof READ_COMMITTED | typeof READ_UNCOMMITTED },
): Promise<FetchedPartition> {
  await cluster.addTargetTopic(topic);
  const broker = replacing(await findLeader(cluster, topic), ({ request, response }) => {
    refuseOtherVersion(request, FETCH_VERSION);
    return { request, response: { decode: async (bytes) => decodeFetch(bytes), parse: response.parse } };
  });
  const { responses } = await broker.fetch({
    isolationLevel,
    maxWaitTime: maxWaitMs,
    minBytes: 1,
    maxBytes,
    topics: [{ topic, partitions: [{ partition: PARTITION, fetchOffset: offset.toString(), maxBytes }] }],
  });
  const partition = responses[0]?.partitions[0];
  if (partition === undefined) throw new NoLeader(topic);
  return partition;
}

/** First offset the topic still has, and its last stable offset. */
export async function readOffsets(
  cluster: KafkaCluster,
  topic: string,
): Promise<{ readonly earliest: bigint; readonly stable: bigint }> {
  await cluster.addTargetTopic(topic);
  await findLeader(cluster, topic);
  const ask = async (fromBeginning: boolean): Promise<bigint> => {
    const [answer] = await cluster.fetchTopicsOffset([
      { topic, fromBeginning, partitions: [{ partition: PARTITION }] },
    ]);
    const offset = answer?.partitions[0]?.offset;
    if (offset === undefined) throw new NoLeader(topic);
    return BigInt(offset);
  };
  return { earliest: await ask(true), stable: await ask(false) };
}

/** Commits an offset for a group without joining it, as tools do. */
export async function commitOffset(cluster: KafkaCluster, topic: string, group: string, offset: bigint): Promise<void> {
  await cluster.addTargetTopic(topic); // without one, kafkajs asks for all topics
  const coordinator = await cluster.findGroupCoordinator({ groupId: group });
  await coordinator.offsetCommit({
    groupId: group,
    groupGenerationId: -1,
    memberId: '',
    topics: [{ topic, partitions: [{ partition: PARTITION, offset: offset.toString() }] }],
  });
}

/** A producer as the broker knows it: whoever has a newer epoch has fenced it. */
export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** The number of the broker that keeps the transactions of an id. */
export async function findTransactionCoordinator(cluster: KafkaCluster, transactionalId: string): Promise<string> {
  const coordinator = await cluster.findGroupCoordinator({ groupId: transactionalId, coordinatorType: TRANSACTION });
  return coordinator.nodeId;
}

/** A new epoch of the producer: fences every older one, and ends the transaction that it left open. */
export async function startProducer(
  cluster: KafkaCluster,
  nodeId: string,
  transactionalId: string,
  transactionTimeoutMs: number,
): Promise<ProducerIdentity> {
  const coordinator = await cluster.findBroker({ nodeId });
  const request = { transactionalId, transactionTimeout: transactionTimeoutMs };
  const { producerId, producerEpoch } = await coordinator.initProducerId(request);
  return { transactionalId, producerId: BigInt(producerId), producerEpoch };
}

/** Opens a transaction over the topic's partition. Again for the same transaction it changes nothing. */
export async function addPartition(
  cluster: KafkaCluster,
  nodeId: string,
  { transactionalId, producerId, producerEpoch }: ProducerIdentity,
  topic: string,
): Promise<void> {
  const coordinator = await cluster.findBroker({ nodeId });
  const topics = [{ topic, partitions: [PARTITION] }];
  await coordinator.addPartitionsToTxn({ transactionalId, producerId: `${producerId}`, producerEpoch, topics });
}

/** Sends one batch, and answers with the offset of its first record; -1 where the broker does not tell it. */
export async function produceBatch(
  cluster: KafkaCluster,
  topic: string,
  { transactionalId }: ProducerIdentity,
  batch: Buffer,
): Promise<bigint> {
  await cluster.addTargetTopic(topic);
  const broker = replacing(await findLeader(cluster, topic), ({ request, response }) => {
    refuseOtherVersion(request, PRODUCE_VERSION);
    const bytes = encodeProduce({ transactionalId, topic, partition: PARTITION, timeoutMs: REQUEST_TIMEOUT_MS }, batch);
    return { request: { ...request, encode: async () => ({ buf: bytes, buffer: bytes }) }, response };
  });
  const { topics } = await broker.produce({ acks: ACKS_ALL, transactionalId, topicData: [] });
  return BigInt(topics[0]?.partitions[0]?.baseOffset ?? -1);
}

/** Decides the open transaction. The broker acknowledges it before readers see it. */
export async function endTransaction(
  cluster: KafkaCluster,
  nodeId: string,
  { transactionalId, producerId, producerEpoch }: ProducerIdentity,
  fate: 'committed' | 'aborted',
): Promise<void> {
  const coordinator = await cluster.findBroker({ nodeId });
  const transactionResult = fate === 'committed';
  await coordinator.endTxn({ transactionalId, producerId: `${producerId}`, producerEpoch, transactionResult });
}
