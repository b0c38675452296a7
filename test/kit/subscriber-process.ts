/**
 * A subscriber that may be killed at any time: every entry is appended to a file, and whatever the file holds is where it goes on.
 * Arguments: file, gateway, chain, machine, transport, confirmations.
 */
import { appendFileSync } from 'node:fs';
import { type FeedEntry, followFeed } from '@virtualchain/gateway-client';
import { keepWholeLines } from './whole-lines.ts';

const [file = '', gateway = '', chain = '', machine = '', transport = '', confirmations = '1'] = process.argv.slice(2);

const last = keepWholeLines<FeedEntry>(file).at(-1);
const entries = followFeed({
  ...{ gateway, chain, machine, transport: transport as 'sse' | 'websocket', confirmations: Number(confirmations) },
  ...(last === undefined ? { from: 'start' } : { after: last.cursor }),
});
for await (const entry of entries) appendFileSync(file, `${JSON.stringify(entry)}\n`);
