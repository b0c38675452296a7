import { wallClock } from '@virtualchain/kernel';
import type { Kafka, PartitionAssigner } from 'kafkajs';
import {
  type Candidacy,
  type Candidate,
  chooseLeader,
  type Election,
  electionOf,
  unavailableUnlessNamed,
} from '../leadership.ts';
import {
  HEARTBEAT_INTERVAL_MS,
  MEMBER_RETRY,
  MEMBER_SESSION_TIMEOUT_MS,
  MEMBER_WAIT_MS,
  MEMBER_WATCH_MS,
  REFUSALS_TOLD_MIN,
  REJOIN_WAIT_MS,
} from '../limits.ts';
import { createKafka, type KafkaLogOptions } from './kafka.ts';
import { foreseen, isRefusedForNow } from './kafka-errors.ts';
import { PARTITION } from './kafka-internals.ts';
import { kafkajs } from './kafkajs.ts';

export interface ElectionOptions extends KafkaLogOptions {
  /** How long the group waits for a member that says nothing; one that leaves is not waited for. */
  readonly sessionTimeoutMs?: number;
}

/** Who is a member of the group of a topic, and over which brokers. */
interface Membership extends Candidacy {
  readonly kafka: Kafka;
  readonly sessionTimeoutMs: number;
}

/** Elects through the consumer group `<topic>.ingester`: whoever is assigned the partition leads. No data is read. */
export function openKafkaElection({
  sessionTimeoutMs = MEMBER_SESSION_TIMEOUT_MS,
  ...options
}: ElectionOptions): Election {
  const kafka = createKafka(options);
  return electionOf((candidacy) => stayInGroup({ ...candidacy, kafka, sessionTimeoutMs }));
}

/** Keeps a member in the group until the signal ends it; one that was lost is replaced by a new one. */
async function stayInGroup(membership: Membership): Promise<void> {
  const { topic, signal, set } = membership;
  let refusals = 0;
  while (!signal.aborted) {
    const cause = await holdMembership(membership);
    if (signal.aborted) return;
    refusals = isRefusedForNow(cause) ? refusals + 1 : 0;
    const isPassing = refusals > 0 && refusals < REFUSALS_TOLD_MIN; // a broker that has just started says so for seconds
    if (cause === null || isPassing) set('standby');
    else set(unavailableUnlessNamed(topic, foreseen(topic, 0n, cause)));
    await wallClock.sleep(REJOIN_WAIT_MS, signal);
  }
}

/** One membership, until it is lost or no longer wanted; answers with what it was lost by. */
async function holdMembership(membership: Membership): Promise<unknown> {
  const { kafka, sessionTimeoutMs, topic, epoch, signal, set } = membership;
  let leads = false;
  let lastSign = performance.now();
  const sign = () => {
    lastSign = performance.now();
  };
  const consumer = kafka.consumer({
    groupId: `${topic}.ingester`,
    partitionAssigners: [newestWriterFirst(epoch, () => leads)],
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: sessionTimeoutMs,
    heartbeatInterval: HEARTBEAT_INTERVAL_MS,
    maxWaitTimeInMs: MEMBER_WAIT_MS,
    allowAutoTopicCreation: false,
    retry: { ...MEMBER_RETRY, restartOnFailure: async () => false },
  });
  const lost = Promise.withResolvers<unknown>();
  const watch = setInterval(() => {
    // Neither heartbeat nor assembly for longer than the group waits: it goes on without us, whatever kafkajs believes.
    const silentMs = performance.now() - lastSign;
    if (silentMs > 2 * sessionTimeoutMs) lost.resolve(new Error(`the group is silent for ${Math.round(silentMs)} ms`));
  }, MEMBER_WATCH_MS);
  const leave = () => lost.resolve(null);
  signal.addEventListener('abort', leave, { once: true });
  consumer.on(consumer.events.HEARTBEAT, sign);
  consumer.on(consumer.events.CRASH, ({ payload }) => lost.resolve(payload.error));
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    sign();
    leads = (payload.memberAssignment[topic]?.length ?? 0) > 0;
    if (leads) consumer.pause([{ topic }]);
    set(leads ? 'leader' : 'standby');
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic] });
    await consumer.run({ autoCommit: false, eachBatch: async () => undefined });
    return signal.aborted ? null : await lost.promise;
  } catch (error) {
    return error; // the broker cannot be reached, or not yet: the caller tries again
  } finally {
    clearInterval(watch);
    signal.removeEventListener('abort', leave);
    await consumer.disconnect().catch(() => undefined); // from a broker that is gone there is nothing to leave
  }
}

/** An assigner that gives the partition to the newest writer, so that nobody takes it from a leader in good health. */
function newestWriterFirst(epoch: () => number, leads: () => boolean): PartitionAssigner {
  const { MemberMetadata, MemberAssignment } = kafkajs().AssignerProtocol;
  return () => ({
    name: 'virtualchain-newest-writer',
    version: 0,
    protocol: ({ topics }) => ({
      name: 'virtualchain-newest-writer',
      metadata: MemberMetadata.encode({
        version: 0,
        topics,
        userData: Buffer.from(JSON.stringify({ epoch: epoch(), leads: leads() })),
      }),
    }),
    async assign({ members, topics }) {
      const leader = chooseLeader(
        members.map(({ memberId, memberMetadata }) => candidateOf(memberId, MemberMetadata.decode(memberMetadata))),
      );
      return members.map(({ memberId }) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version: 0,
          userData: Buffer.alloc(0),
          assignment: Object.fromEntries(topics.map((topic) => [topic, memberId === leader ? [PARTITION] : []])),
        }),
      }));
    },
  });
}

function candidateOf(member: string, metadata: { readonly userData: Buffer } | null): Candidate {
  const unknown: Candidate = { member, epoch: 0, leads: false };
  try {
    const said: unknown = JSON.parse(metadata?.userData.toString('utf8') ?? 'null');
    if (typeof said !== 'object' || said === null) return unknown;
    const { epoch, leads } = said as Record<string, unknown>;
    return { member, epoch: typeof epoch === 'number' ? epoch : 0, leads: leads === true };
  } catch {
    return unknown; // a stranger in the group never leads before one of ours
  }
}
