/** The most a record batch may take: a block of large operations is one batch. */
const messageBytesMax = 16 * 1024 * 1024;
const transactionTimeoutMsMax = 60 * 60_000;

/** What every broker of ours is started with, wherever it runs: one node that forgives nothing a real one would not. */
export const kafkaSettings: Readonly<Record<string, string | number | boolean>> = {
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.listener.names': 'CONTROLLER',
  'auto.create.topics.enable': false,
  'num.partitions': 1,
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 1,
  'group.initial.rebalance.delay.ms': 0,
  // A broker that was killed may register again when its session is over: 9 s unless told.
  'broker.heartbeat.interval.ms': 500,
  'broker.session.timeout.ms': 3_000,
  'group.min.session.timeout.ms': 1_000,
  'message.max.bytes': messageBytesMax,
  'replica.fetch.max.bytes': messageBytesMax,
  'socket.request.max.bytes': 4 * messageBytesMax,
  'transaction.max.timeout.ms': transactionTimeoutMsMax,
};
