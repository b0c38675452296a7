import { cursorToJson, follow } from '@virtualchain/client';
import { type Connection, chainOf, openLog, topicOf } from '../connection.ts';
import { paint, print } from '../output.ts';

export interface TailOptions {
  readonly json: boolean;
  /** End at the end of the log instead of waiting for more. */
  readonly once: boolean;
  readonly signal: AbortSignal;
}

/** `vchain tail`: the log as it grows, whole blocks only. */
export async function tail(connection: Connection, { json, once, signal }: TailOptions): Promise<void> {
  const topic = topicOf(connection, await chainOf(connection));
  await using log = openLog(connection);
  for await (const change of follow({ log, topic, cursor: null, signal, untilEnd: once })) {
    if (json) {
      const operations = change.kind === 'connected' ? { operations: change.operations } : {};
      print(
        JSON.stringify({ kind: change.kind, block: change.block, ...operations, cursor: cursorToJson(change.cursor) }),
      );
      continue;
    }
    const { height, hash } = change.block;
    if (change.kind === 'disconnected') {
      print(paint.red(`- ${height} ${hash}`));
      continue;
    }
    print(paint.green(`+ ${height} ${hash}, ${change.operations.length} operations`));
    for (const { txid, name, decoded, problem } of change.operations)
      print(`    ${txid} ${name ?? '?'} ${problem ?? JSON.stringify(decoded)}`);
  }
}
