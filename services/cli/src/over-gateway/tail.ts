import { follow } from '@virtualchain/gateway-client';
import type { TailOptions } from '../commands/tail.ts';
import type { Connection } from '../connection.ts';
import { printChange } from '../printing/chain-change.ts';
import { readFilter } from '../printing/operation-filter.ts';
import { rethrow, waitingFor } from '../printing/waiting.ts';
import { heightOf, QueryInvalid } from '../values.ts';
import { chainAt } from './chains.ts';

/** `vchain tail --gateway`: the log as it grows, over a gateway. */
export async function tailOver(gateway: string, connection: Connection, options: TailOptions): Promise<void> {
  const { json, once, signal, filter } = options;
  const start = startOf(options.from, options.cursor);
  if (filter !== undefined) await readFilter(filter); // what is wrong is told before anything is asked
  const chain = await chainAt(gateway, connection, signal);
  const waits = waitingFor(`the log of ${chain} at ${new URL(gateway).host}`);
  const changes = follow({
    ...{ gateway, token: connection.gatewayToken, chain, signal, untilEnd: once, ...start },
    ...(filter === undefined ? {} : { filter, blocks: false }),
    onRetry: once ? rethrow : waits.onRetry,
    onHeartbeat: waits.onEnd,
  });
  for await (const change of changes) {
    waits.at(change.block.height);
    printChange(change, change.cursor, json);
  }
}

/** @throws QueryInvalid */
function startOf(
  from: string,
  cursor: string | undefined,
): { readonly from: string | number } | { readonly after: string } {
  if (cursor !== undefined) {
    if (from !== 'earliest')
      throw new QueryInvalid('--from and --cursor both say where to begin; leave one of them out');
    return { after: cursorOf(cursor) };
  }
  if (from === 'earliest') return { from: 'start' };
  if (from === 'latest') return { from: 'now' };
  if (/^[0-9a-f]{64}$/.test(from)) return { from };
  if (/^\d+$/.test(from)) return { from: heightOf('--from', from) };
  throw new QueryInvalid(
    `--from ${JSON.stringify(from)}: must be a place in the log; over a gateway give earliest, latest, a height, or the hash of a block`,
  );
}

/** As a line of `--json` shows it, with its quotes or without. */
function cursorOf(text: string): string {
  const bare = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (/^[\w:.-]+$/.test(bare)) return bare;
  throw new QueryInvalid('--cursor: is none of a gateway; give one as vchain tail --gateway URL --json shows it');
}
