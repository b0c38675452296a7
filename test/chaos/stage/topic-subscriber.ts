/**
 * A downstream service that may be killed at any time: follows a topic through the client, appends every change with its cursor to
 * a file, and goes on where the whole lines of the file end. Arguments: file, topic.
 */
import { appendFileSync } from 'node:fs';
import { cursorFromJson, cursorToJson, follow } from '@virtualchain/client';
import { keepWholeLines } from '../../kit/whole-lines.ts';
import type { Told } from './told.ts';

const [file = '', topic = ''] = process.argv.slice(2);
const last = keepWholeLines<Told>(file).at(-1);
const cursor = last === undefined ? null : cursorFromJson(last.cursor);
const brokers = (process.env['VCHAIN_KAFKA_BROKERS'] ?? '').split(',');

for await (const change of follow({ brokers, topic, cursor })) {
  const { kind, block } = change;
  const operations = kind === 'connected' ? change.operations : [];
  const told: Told = {
    cursor: cursorToJson(change.cursor),
    event: {
      kind,
      height: block.height,
      hash: block.hash,
      previousHash: block.previousHash,
      operations: operations.map(({ txid, transactionIndex, opcode, payload }) => ({
        txid,
        transactionIndex,
        payload: `${opcode ?? ''}${payload}`,
      })),
    },
  };
  appendFileSync(file, `${JSON.stringify(told)}\n`);
}
