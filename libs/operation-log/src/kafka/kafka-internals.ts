import type { Kafka } from 'kafkajs';
import { METADATA_MAX_AGE_MS } from '../limits.ts';

/**
 * The one file that reaches into kafkajs 2.2.4, pinned exactly. Its public reader joins a consumer group, which takes
 * seconds, hides the last stable offset, resets silently when an offset is out of range, and cannot be asked for one
 * record. Inside, it speaks to a broker with plain fetches; these are used here, and the contract suite stands over
 * them.
 */

/** A message as kafkajs decodes it, control records and aborted ones included. */
interface RawMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

interface FetchedPartition {
  readonly lastStableOffset: string;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[] | null;
  readonly messages: readonly RawMessage[];
}

interface KafkaBroker {
  fetch(request: object): Promise<{ readonly responses: readonly { readonly partitions: FetchedPartition[] }[] }>;
  offsetCommit(request: object): Promise<unknown>;
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
  findGroupCoordinator(group: { readonly groupId: string }): Promise<KafkaBroker>;
  fetchTopicsOffset(
    topics: readonly object[],
  ): Promise<readonly { readonly partitions: readonly { readonly offset: string }[] }[]>;
}

/** The whole log is one partition: its order is the product. */
export const PARTITION = 0;
const READ_COMMITTED = 1;

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

/** One answer to a fetch: what is committed of it, and where it ended. */
export interface RawFetch {
  readonly records: readonly { readonly offset: bigint; readonly value: Uint8Array }[];
  readonly nextOffset: bigint;
  readonly stableOffset: bigint;
}

export async function fetchFrom(
  cluster: KafkaCluster,
  topic: string,
  offset: bigint,
  { maxWaitMs, maxBytes }: { readonly maxWaitMs: number; readonly maxBytes: number },
): Promise<RawFetch> {
  await cluster.addTargetTopic(topic);
  const broker = await findLeader(cluster, topic);
  const { responses } = await broker.fetch({
    isolationLevel: READ_COMMITTED,
    maxWaitTime: maxWaitMs,
    minBytes: 1,
    maxBytes,
    topics: [{ topic, partitions: [{ partition: PARTITION, fetchOffset: offset.toString(), maxBytes }] }],
  });
  const partition = responses[0]?.partitions[0];
  if (partition === undefined) throw new NoLeader(topic);
  const { messages, abortedTransactions, lastStableOffset } = partition;
  const last = messages.at(-1);
  const records = committedOf(messages, abortedTransactions ?? [])
    .map((message) => ({ offset: BigInt(message.offset), value: message.value ?? new Uint8Array() }))
    .filter((record) => record.offset >= offset); // a batch is fetched whole, also when it begins before the offset
  const end = last === undefined ? offset : BigInt(last.offset) + 1n;
  return { records, nextOffset: end > offset ? end : offset, stableOffset: BigInt(lastStableOffset) };
}

/**
 * Without the records of aborted transactions and without the markers. The broker names each aborted transaction by
 * producer and first offset; the producer's next marker ends it.
 */
function committedOf(
  messages: readonly RawMessage[],
  abortedTransactions: NonNullable<FetchedPartition['abortedTransactions']>,
): RawMessage[] {
  const ahead = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborting = new Set<string>();
  return messages.filter(({ offset, isControlRecord, batchContext: { producerId, inTransaction } }) => {
    while (ahead[0] !== undefined && ahead[0].firstOffset <= BigInt(offset)) {
      aborting.add(ahead[0].producerId);
      ahead.shift();
    }
    if (isControlRecord) aborting.delete(producerId);
    return !isControlRecord && !(inTransaction && aborting.has(producerId));
  });
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
  const coordinator = await cluster.findGroupCoordinator({ groupId: group });
  await coordinator.offsetCommit({
    groupId: group,
    groupGenerationId: -1,
    memberId: '',
    topics: [{ topic, partitions: [{ partition: PARTITION, offset: offset.toString() }] }],
  });
}
