import { GatewayRefused, questionsOf } from '@virtualchain/gateway-client';
import type { StateOptions } from '../commands/state.ts';
import type { Connection } from '../connection.ts';
import { pageRowsMax, rowsMax } from '../limits.ts';
import { printState } from '../printing/state-answer.ts';
import { heightOf, QueryInvalid, wholeNumber } from '../values.ts';
import { machineAt, type ServedCollection } from './chains.ts';
import { NotThere } from './errors.ts';

type Row = Readonly<Record<string, unknown>>;

interface Page {
  readonly at: { readonly height: number; readonly blockHash: string | null };
  readonly entries: readonly Row[];
  readonly next: string | null;
}

type Parameters = Readonly<Record<string, string | number>>;
/** Lists and rows, by their paths: which there are is the gateway's to say. */
type Lists = Readonly<Record<string, { readonly parameters: Parameters; readonly answer: Page }>>;
type Rows = Readonly<
  Record<string, { readonly parameters: Parameters; readonly answer: Pick<Page, 'at'> & { readonly row: Row } }>
>;

interface Documents {
  '/openapi.json': { parameters: Record<never, never>; answer: { paths: Readonly<Record<string, ListDocument>> } };
}

interface ListDocument {
  readonly get?: {
    readonly responses?: Readonly<
      Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: ListSchema }>> }>
    >;
  };
}

interface ListSchema {
  readonly properties?: { readonly entries?: { readonly items?: { readonly properties?: Row } } };
}

/** `vchain state --gateway`: rows at the tip, or as they were at a past height, over a gateway. */
export async function stateOver(
  gateway: string,
  connection: Connection,
  [name, collectionName, key]: readonly [machine: string, collection: string, key: string | undefined],
  options: StateOptions,
): Promise<void> {
  const at = options.at === undefined ? {} : { at: String(heightOf('--at', options.at)) };
  const limit = options.limit === undefined ? rowsMax : wholeNumber('--limit', options.limit, { min: 1, max: rowsMax });
  const { chain, machine } = await machineAt(gateway, name, connection);
  const collection = machine.collections.find((each) => each.name === collectionName);
  if (collection === undefined) {
    const known = machine.collections.map((each) => each.name).join(', ');
    throw new NotThere(
      `${name} has no collection ${JSON.stringify(collectionName)}; it has ${known}: give one of them`,
    );
  }
  const path = `/v1/chains/${encodeURIComponent(chain)}/machines/${encodeURIComponent(name)}/collections/${collectionName}`;
  const asked = { gateway, token: connection.gatewayToken, path, at };
  const parts = key === undefined ? [] : keyParts(collection, key);
  const { rows, moment } =
    parts.length === collection.key.length
      ? await rowOf(asked, collection, parts)
      : await rowsOf(asked, (row) => parts.every((part, i) => String(row[collection.key[i] ?? '']) === part), limit);
  if (key !== undefined && rows.length === 0)
    throw new NotThere(
      `there is no ${JSON.stringify(key)} (${collection.key.join(', ')}) in ${collectionName} at height ${moment.height}; leave the key out to see what is`,
    );
  const hash = options.at === undefined ? moment.blockHash : null;
  const answer = { machine: name, collection: collectionName, height: moment.height, hash, rows };
  const columns = options.json ? [] : Object.keys(rows[0] ?? (await columnsOf(asked)));
  printState(answer, columns, options.json);
}

/** `alice`, or for a key of several columns `alice,7`; fewer are the beginning of a key. @throws QueryInvalid */
function keyParts({ key: columns }: ServedCollection, key: string): readonly string[] {
  const parts = columns.length === 1 ? [key] : key.split(',');
  if (parts.length <= columns.length) return parts;
  throw new QueryInvalid(
    `key ${JSON.stringify(key)}: ${parts.length} values for ${columns.length} columns; give ${columns.join(',')}`,
  );
}

interface Asked {
  readonly gateway: string;
  readonly token: string | undefined;
  readonly path: string;
  readonly at: { readonly at?: string };
}

interface Found {
  readonly rows: readonly Row[];
  readonly moment: Page['at'];
}

/** The row of a whole key. @throws NotThere */
async function rowOf(
  { gateway, token, path, at }: Asked,
  { key }: ServedCollection,
  parts: readonly string[],
): Promise<Found> {
  const ask = questionsOf<Rows>(gateway, { token });
  const place = `${path}/rows/${key.map((_, i) => `{${i}}`).join('/')}`;
  try {
    const { row, at: moment } = await ask(place, { ...Object.fromEntries(parts.entries()), ...at });
    return { rows: [row], moment };
  } catch (error) {
    if (!(error instanceof GatewayRefused) || error.code !== 'NOT_FOUND') throw error;
    throw new NotThere(`${error.message}; leave the key out to see what is`, { cause: error });
  }
}

/** Page by page, all of the block of the first one, until there are enough. */
async function rowsOf(
  { gateway, token, path, at }: Asked,
  isWanted: (row: Row) => boolean,
  limit: number,
): Promise<Found> {
  const ask = questionsOf<Lists>(gateway, { token });
  const rows: Row[] = [];
  let where: Readonly<Record<string, string>> = { ...at };
  for (;;) {
    const page: Page = await ask(path, { limit: pageRowsMax, ...where });
    rows.push(...page.entries.filter(isWanted));
    if (page.next === null || rows.length >= limit) return { rows: rows.slice(0, limit), moment: page.at };
    where = { after: page.next };
  }
}

/** The columns of a list that is empty, as the gateway's document has them. */
async function columnsOf({ gateway, token, path }: Asked): Promise<Row> {
  const { paths } = await questionsOf<Documents>(gateway, { token })('/openapi.json');
  const schema = paths[path]?.get?.responses?.['200']?.content?.['application/json']?.schema;
  return schema?.properties?.entries?.items?.properties ?? {};
}
