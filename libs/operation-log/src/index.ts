export { type Anchor, type BlockAssembler, createBlockAssembler } from './block-assembler.ts';
export type { Broker, FencedProducer, Fetched, FetchOptions, OutgoingRecord } from './broker.ts';
export * from './errors.ts';
export { type OrderedTopic, openOrderedTopic } from './fenced/ordered-topic.ts';
export { createKafkaBroker, type KafkaLogOptions, openKafkaLog } from './kafka/kafka.ts';
export { openKafkaElection } from './kafka/kafka-leadership.ts';
export {
  type Campaign,
  type CampaignNews,
  createMemoryElection,
  type Election,
  type LeadershipState,
} from './leadership.ts';
export { REJOIN_WAIT_MS } from './limits.ts';
export { createOperationLog } from './log.ts';
export {
  countingIds,
  createMemoryBroker,
  createMemoryLog,
  type MemoryBroker,
  type MemoryStep,
} from './memory/memory.ts';
export { type LogOptions, type LogPlace, openElectionAt, openLogAt } from './place.ts';
export { writerPoints } from './points.ts';
export type {
  BranchBlock,
  ConnectedBlock,
  Cursor,
  DisconnectedBlock,
  KnownBlock,
  LogBatch,
  LogChange,
  LogEntry,
  LogIdentity,
  LogRecord,
  LogTail,
  LogWriter,
  OperationLog,
  ReadOptions,
} from './port.ts';
export { createPostgresBroker, openPostgresLog } from './postgres/postgres.ts';
export { openPostgresElection, type PostgresElectionOptions } from './postgres/postgres-leadership.ts';
export type { PostgresLogOptions } from './postgres/postgres-log-options.ts';
export type { ClockAndIds } from './writer.ts';
