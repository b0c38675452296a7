import { readBranch, readTail } from './backward.ts';
import type { Broker } from './broker.ts';
import type { OperationLog } from './port.ts';
import { readLog } from './reader.ts';
import { decodeRecord } from './record/event-codec.ts';
import { firstRecordFrom, readIdentity } from './record/identity.ts';
import { type ClockAndIds, openWriter } from './writer.ts';

/** The operation log over any broker: everything that the contract says and no broker knows. */
export function createOperationLog(broker: Broker, clockAndIds: ClockAndIds): OperationLog {
  const close = () => broker.close();
  return {
    ensureTopic: (topic) => broker.ensureTopic(topic),
    openWriter: (identity) => openWriter(broker, identity, clockAndIds),
    read: (topic, options) => readLog(broker, topic, options),
    branch: (topic) => readBranch(broker, topic, 'presumed'),
    identity: (topic) => readIdentity(broker, topic),
    async tail(topic) {
      const { stable } = await broker.offsets(topic);
      const tail = await readTail(broker, topic, 'presumed');
      return tail && { ...tail, endOffset: stable };
    },
    async recordAt(topic, offset) {
      const { earliest, stable } = await broker.offsets(topic);
      if (offset >= stable) return null;
      if (offset < earliest) return this.recordAt(topic, earliest);
      const record = await firstRecordFrom(broker, topic, offset);
      return record && { offset: record.offset, event: decodeRecord(topic, record) };
    },
    commitHint: (topic, group, nextOffset) => broker.commitOffset(topic, group, nextOffset),
    close,
    [Symbol.asyncDispose]: close,
  };
}
