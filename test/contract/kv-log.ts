import { NULL_TXID, satsText } from '@virtualchain/bitcoin';
import { activityMachine } from '@virtualchain/machine-activity';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import {
  createMemoryLog,
  type LogChange,
  type LogEntry,
  type LogIdentity,
  type OperationLog,
} from '@virtualchain/operation-log';
import type { MachineInstance } from '@virtualchain/projection';
import type { OperationEvent, Unplaced } from '@virtualchain/protocol';
import { connect, FIRST_BLOCK, identityOf, operationOf } from './log-blocks.ts';

/** The kv machine on a chain that begins at the first block of `log-blocks`. */
export function kvInstance(): MachineInstance {
  const chain = kvChain({ firstBlock: FIRST_BLOCK });
  return { chain, machine: kvMachine({}, chain), network: 'regtest', parameters: {} };
}

/** A machine with two collections over the same log. */
export function activityInstance(): MachineInstance {
  const { chain, network } = kvInstance();
  return { chain, machine: activityMachine({}, chain), network, parameters: {} };
}

/** `alice +name`, `alice =name:value`, `bob -name` …: the sender, the opcode, the payload. */
export type Spelled = string;

export const scriptOf = (sender: string): string => `76a914${Buffer.from(sender.padEnd(20, '.')).toString('hex')}88ac`;

/** Connects the block of that name with these kv operations. */
export function connectKv(block: string, operations: readonly Spelled[] = []): LogEntry {
  const made = operations.map((spelled, position): Unplaced<OperationEvent> => {
    const [sender = '', operation = ''] = spelled.split(/ (.*)/s);
    return {
      ...operationOf(block, position),
      opcode: Buffer.from(operation.slice(0, 1), 'latin1').toString('hex'),
      payload: Buffer.from(operation.slice(1), 'latin1').toString('hex'),
      senders: [
        {
          value: satsText(10_000n),
          scriptPubKey: scriptOf(sender),
          scriptType: 'pubkeyhash',
          addresses: [],
          txid: NULL_TXID,
          index: 0,
        },
      ],
      fee: satsText(1_000n),
    };
  });
  return { ...connect(block, 0), operations: made } as LogEntry;
}

/** Publishes entries and reads them back, as a projector would see them. */
export async function publish(
  log: OperationLog,
  topic: string,
  entries: readonly LogEntry[],
  identity: LogIdentity = identityOf(topic),
): Promise<void> {
  await log.ensureTopic(topic);
  await using writer = await log.openWriter(identity);
  for (const entry of entries) await writer.append([entry]);
}

export async function changesOf(entries: readonly LogEntry[]): Promise<readonly LogChange[]> {
  await using log = createMemoryLog();
  await publish(log, 'vchain.regtest.kv', entries);
  return readAll(log, 'vchain.regtest.kv');
}

export async function readAll(log: OperationLog, topic: string): Promise<LogChange[]> {
  const changes: LogChange[] = [];
  for await (const batch of log.read(topic, { after: null, untilEnd: true })) changes.push(...batch.changes);
  return changes;
}
