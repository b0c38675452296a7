import { cursorToJson, follow } from '@virtualchain/client';
import type { Connection } from '../connection.ts';
import { openLog, topicOf } from '../log-of.ts';
import { loadChainOf } from '../machine-of.ts';
import { paint, print, printError, visible } from '../output.ts';

export interface TailOptions {
  readonly json: boolean;
  /** End at the end of the log instead of waiting for more. */
  readonly once: boolean;
  readonly signal: AbortSignal;
}

/** `vchain tail`: the log as it grows, whole blocks only. */
export async function tail(connection: Connection, { json, once, signal }: TailOptions): Promise<void> {
  const topic = topicOf(connection, await loadChainOf(connection));
  await using log = await openLog(connection);
  const waits = waitingFor(topic);
  for await (const change of follow({ log, topic, cursor: null, signal, untilEnd: once, ...(once ? {} : waits) })) {
    waits.at(change.block.height);
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
      print(`    ${txid} ${name ?? '?'} ${visible(problem ?? JSON.stringify(decoded))}`);
  }
}

/** Says, beside the output, what is waited for: once for each thing, not at every look. */
function waitingFor(topic: string) {
  let height: number | null = null;
  const told = new Set<string>();
  const tell = (thing: string, line: string): void => {
    if (!told.has(thing)) printError(line);
    told.add(thing);
  };
  return {
    at(block: number): void {
      height = block;
    },
    onEnd(): void {
      if (height === null) tell('first block', `${topic} holds no block yet; waiting for the first`);
      else tell('next block', `at the end of ${topic}, height ${height}; waiting for the next block`);
    },
    onRetry(error: unknown): void {
      const reason = error instanceof Error ? error.message : String(error);
      tell(reason, `waiting: ${reason}`);
    },
  };
}
