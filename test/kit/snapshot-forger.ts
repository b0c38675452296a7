import { createHash, createPrivateKey, sign } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type Collection,
  type CollectionHashes,
  changesHash,
  emptyCollectionHashes,
  encodeTuple,
  fromCanonical,
  nextCollectionHashes,
  type Row,
  type RowChange,
  toldByCollection,
} from '@virtualchain/machine';

export type Line = Record<string, unknown> & { readonly t: string };

/** Rewrites the lines of a snapshot file and signs it again, as a signer who lies would. */
export async function forge(
  path: string,
  pem: string,
  change: (lines: Line[]) => Line[],
  header: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const file = await readFile(path);
  const ends = [file.indexOf(10)];
  for (let i = 0; i < 2; i++) ends.push(file.indexOf(10, (ends.at(-1) ?? 0) + 1));
  const [first = 0, second = 0, third = 0] = ends;
  const lines = gunzipSync(file.subarray(third + 1))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const content = gzipSync(
    `${change(lines)
      .map((line) => JSON.stringify(line))
      .join('\n')}\n`,
  );
  const signed = {
    ...JSON.parse(file.toString('utf8', first + 1, second)),
    ...header,
    contentSha256: createHash('sha256').update(content).digest('hex'),
  };
  const headerLine = JSON.stringify(signed);
  const signature = sign(null, Buffer.from(headerLine), createPrivateKey(pem)).toString('hex');
  await writeFile(
    path,
    Buffer.concat([file.subarray(0, first + 1), Buffer.from(`${headerLine}\n${signature}\n`), content]),
  );
}

/** Makes every changes hash fit the rows of the file. */
export function refit(lines: Line[], collections: Readonly<Record<string, Collection>>): Line[] {
  const changes = new Map<number, Map<string, RowChange>>();
  const note = (height: number, change: RowChange): void => {
    const at = changes.get(height) ?? new Map<string, RowChange>();
    changes.set(height, at);
    const before = at.get(`${change.collection} ${change.key}`)?.before ?? change.before;
    at.set(`${change.collection} ${change.key}`, { ...change, before });
  };
  const rows = lines.filter(({ t }) => t === 'row').sort((a, b) => Number(a['from']) - Number(b['from']));
  for (const { c, from, to, v } of rows as unknown as {
    c: string;
    from: number;
    to: number | null;
    v: Record<string, unknown>;
  }[]) {
    const { columns, key } = collections[c] as Collection;
    const row: Row = Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [name, fromCanonical(column, v[name])]),
    );
    const encoded = encodeTuple(columns, key, row);
    if (to !== null && !changes.get(to)?.has(`${c} ${encoded}`))
      note(to, { collection: c, key: encoded, before: row, after: null });
    note(from, { collection: c, key: encoded, before: null, after: row });
  }
  let hashes: CollectionHashes = emptyCollectionHashes(collections);
  return lines.map((line) => {
    if (line.t !== 'block' || line['collection_hashes'] === null) return line;
    const height = Number(line['height']);
    const told = toldByCollection(collections, [...(changes.get(height)?.values() ?? [])]);
    hashes = nextCollectionHashes(hashes, height, collections, told);
    return { ...line, collection_hashes: hashes, changes_hash: changesHash(hashes) };
  });
}
