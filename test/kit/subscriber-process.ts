/**
 * A subscriber that may be killed at any time: every entry is appended to a file, and whatever the file holds is where it goes on.
 * Arguments: file, gateway, chain, machine, transport, confirmations.
 */
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { followFeed } from '@virtualchain/gateway-client';

const [file = '', gateway = '', chain = '', machine = '', transport = '', confirmations = '1'] = process.argv.slice(2);

/** Lines that are whole; what was being written when the process was killed is cut off. */
function storedEntries(): readonly { readonly cursor: string }[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const end = text.lastIndexOf('\n') + 1;
  truncateSync(file, Buffer.byteLength(text.slice(0, end)));
  return text
    .slice(0, end)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { cursor: string });
}

const last = storedEntries().at(-1);
const entries = followFeed({
  ...{ gateway, chain, machine, transport: transport as 'sse' | 'websocket', confirmations: Number(confirmations) },
  ...(last === undefined ? { from: 'start' } : { after: last.cursor }),
});
for await (const entry of entries) appendFileSync(file, `${JSON.stringify(entry)}\n`);
