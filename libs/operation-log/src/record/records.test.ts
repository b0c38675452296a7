import { expect, test } from '@jest/globals';
import { blockHash, height, satsText, txid } from '@virtualchain/bitcoin';
import { decodeEvent, operationsDigest } from '@virtualchain/protocol';
import { EVENT_BYTES_MAX, SEND_BYTES_MAX } from '../limits.ts';
import type { LogEntry } from '../port.ts';
import { recordsOfEntry, splitBySize } from './records.ts';

const place = { topic: 'vchain.regtest.kv', log: 'a'.repeat(32), epoch: 3, sequence: 7 };
const hash = (digit: string) => digit.repeat(64);

function entry(payloads: readonly string[]): LogEntry {
  const operations = payloads.map((payload, position) => ({
    type: 'operation' as const,
    ...{
      height: height(5),
      blockHash: blockHash(hash('1')),
      position,
      txid: txid(hash('2')),
      transactionIndex: position,
      version: 2,
      locktime: 0,
    },
    ...{
      opcode: null,
      name: null,
      payload,
      decoded: null,
      senders: [],
      inputs: [],
      outputs: [],
      fee: satsText(0n),
      merklePath: '',
    },
  }));
  const block = {
    height: height(5),
    hash: blockHash(hash('1')),
    previousHash: blockHash(hash('0')),
    header: '00'.repeat(80),
    time: 0,
    work: 2n,
  };
  return { kind: 'connect', block, operations };
}

test('a block announces the number and the digest of the operations that follow it, without gaps in the sequence', () => {
  const [block, ...operations] = recordsOfEntry(entry(['61', '62']), place, '2026-01-01T00:00:00.000Z');
  const events = [block, ...operations].map((record) => decodeEvent(record?.value ?? new Uint8Array()));
  expect(events.map((decoded) => decoded.kind === 'event' && decoded.event.sequence)).toEqual([7, 8, 9]);
  const digest = operationsDigest(operations.map(({ value }) => value));
  expect(events[0]).toMatchObject({ kind: 'event', event: { operationCount: 2, digest } });
  expect(block).toMatchObject({ key: '5', type: 'block.connected', id: `${place.log}:7` });
});

test('an event that fits no batch is refused by name', () => {
  const large = entry(['61'.repeat(EVENT_BYTES_MAX / 2)]);
  expect(() => recordsOfEntry(large, place, '')).toThrow(expect.objectContaining({ code: 'EVENT_TOO_LARGE' }));
});

test('sends are split by bytes, in order; a large record goes alone', () => {
  const sizes = [10, SEND_BYTES_MAX / 2, SEND_BYTES_MAX / 2, SEND_BYTES_MAX + 5, 20, 30];
  const records = sizes.map((size) => ({ key: '1', value: new Uint8Array(size), type: '', id: '', time: '' }));
  expect(splitBySize(records, SEND_BYTES_MAX).map((send) => send.map(({ value }) => value.length))).toEqual([
    [10, SEND_BYTES_MAX / 2],
    [SEND_BYTES_MAX / 2],
    [SEND_BYTES_MAX + 5],
    [20, 30],
  ]);
});
