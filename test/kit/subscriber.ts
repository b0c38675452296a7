/**
 * A downstream service as a process: follows a topic through the client and keeps, in a file that it replaces whole, the
 * branch's operations and its cursor. Reads nothing else, and may be killed at any moment.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { type CursorJson, cursorFromJson, cursorToJson, follow } from '@virtualchain/client';

const [file = '', topic = ''] = process.argv.slice(2);

interface Kept {
  readonly cursor: CursorJson | null;
  readonly blocks: { readonly hash: string; readonly operations: readonly string[] }[];
}

const kept = await readFile(file, 'utf8').then(
  (text) => JSON.parse(text) as Kept,
  (): Kept => ({ cursor: null, blocks: [] }),
);
const { blocks } = kept;
const cursor = kept.cursor === null ? null : cursorFromJson(kept.cursor);

for await (const change of follow({ brokers: (process.env['VCHAIN_KAFKA_BROKERS'] ?? '').split(','), topic, cursor })) {
  if (change.kind === 'connected')
    blocks.push({
      hash: change.block.hash,
      operations: change.operations.map(({ txid, payload }) => `${txid} ${payload}`),
    });
  else if (blocks.pop()?.hash !== change.block.hash) throw new Error(`${change.block.hash} is not the newest block`);
  await writeFile(`${file}.new`, JSON.stringify({ cursor: cursorToJson(change.cursor), blocks }));
  await rename(`${file}.new`, file);
}
