import { keyPath, type Place, placePath, withQuery } from '../address/view.ts';
import type { Block, ChainsAnswer, CollectionShape, Operation, Paged, Row } from '../data/answers.ts';
import { ask, askOrNull } from '../data/ask.ts';
import { PAGE_ENTRIES } from '../limits.ts';
import { operationWords, saidHex, summaryOf } from '../words/summary.ts';
import { codeWords, count, fieldWords } from '../words/text.ts';

/** One thing that was found, and where it is shown. */
export interface Found {
  readonly href: string;
  /** `block`, `operation`, `row of names`. */
  readonly what: string;
  readonly says: string;
  readonly place: Place;
}

type Ask = (place: Place, text: string, signal: AbortSignal) => Promise<readonly Found[]>;

/** Every machine, with its collections. */
export function placesOf({
  chains,
}: ChainsAnswer): readonly (Place & { readonly collections: readonly CollectionShape[] })[] {
  return chains.flatMap(({ name: chain, machines }) =>
    machines.map(({ name: machine, collections }) => ({ chain, machine, collections })),
  );
}

/**
 * Looks a text up everywhere: as height, hash or txid, as the key of a row, and as an address. `onFound` hears of what is there as
 * it comes.
 *
 * @throws Refused
 */
export async function lookUp(
  answer: ChainsAnswer,
  given: string,
  { signal, onFound }: { readonly signal: AbortSignal; readonly onFound: (found: readonly Found[]) => void },
): Promise<void> {
  const text = given.trim();
  const asked = placesOf(answer).flatMap((place) => [
    ...asksFor(text).map((one) => one(place, text, signal)),
    ...place.collections.map((collection) => inCollection(place, collection, text, signal)),
  ]);
  await Promise.all(asked.map(async (one) => onFound(await one)));
}

function asksFor(text: string): readonly Ask[] {
  if (/^[0-9,]{1,13}$/.test(text)) return [byHeight];
  if (/^[0-9a-fA-F]{64}$/.test(text)) return [byTxid, byBlockHash];
  if (/^[0-9a-fA-F]{32}$/.test(text)) return [byConsensusHash];
  return looksLikeAddress(text) ? [byAddress] : [];
}

const looksLikeAddress = (text: string): boolean =>
  /^[1-9A-HJ-NP-Za-km-z]{25,40}$/.test(text) || /^(bc|tb|bcrt)1[02-9ac-hj-np-z]{8,87}$/.test(text);

const blockFound = (place: Place, { height, hash, accepted, rejected, ignored }: Block): Found => ({
  place,
  what: 'block',
  href: placePath(place, 'blocks', hash),
  says: `${count(height)} · ${count(accepted)} accepted, ${count(rejected + ignored)} not`,
});

const operationFound = (place: Place, operation: Operation): Found => ({
  place,
  what: 'operation',
  href: placePath(place, 'operations', operation.txid),
  says: `${operationWords(operation)} ${operation.verdict}${operation.code === null ? '' : `, ${codeWords(operation.code)}`} · ${summaryOf(operation)}`,
});

const byHeight: Ask = async (place, text, signal) => {
  const found = await askOrNull<{ block: Block }>(placePath(place, 'blocks', text.replaceAll(',', '')), signal);
  return found === null ? [] : [blockFound(place, found.block)];
};

const byBlockHash: Ask = async (place, text, signal) => {
  const found = await askOrNull<{ block: Block }>(placePath(place, 'blocks', text.toLowerCase()), signal);
  return found === null ? [] : [blockFound(place, found.block)];
};

const byConsensusHash: Ask = async (place, text, signal) => {
  const found = await askOrNull<{ snapshot: Block }>(placePath(place, 'snapshots', text.toLowerCase()), signal);
  return found === null ? [] : [{ ...blockFound(place, found.snapshot), what: 'block of a consensus hash' }];
};

const byTxid: Ask = async (place, text, signal) => {
  const found = await askOrNull<{ operation: Operation }>(placePath(place, 'operations', text.toLowerCase()), signal);
  return found === null ? [] : [operationFound(place, found.operation)];
};

/** Operations that an address sent or is paid by. */
const byAddress: Ask = async (place, text, signal) => {
  const path = withQuery(placePath(place, 'operations'), { address: text, limit: PAGE_ENTRIES });
  const found = await askOrNull<Paged<Operation>>(path, signal);
  return (found?.entries ?? []).map((operation) => operationFound(place, operation));
};

/** A row whose key it is, and rows that an index of one column has under it. */
async function inCollection(
  place: Place,
  { name, key, indexes }: CollectionShape,
  text: string,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const base = placePath(place, 'collections', name);
  const row = key.length === 1 ? await askOrNull<{ row: Row }>(keyPath(place, name, [text]), signal) : null;
  const byIndex = await Promise.all(
    Object.entries(indexes).map(async ([index, [column = '', ...others]]) => {
      if (others.length > 0) return [];
      const path = withQuery(`${base}/by/${index}`, { [column]: text, limit: PAGE_ENTRIES });
      return (await askOrNull<Paged<Row>>(path, signal))?.entries ?? [];
    }),
  );
  const rows = new Map([...(row === null ? [] : [row.row]), ...byIndex.flat()].map((one) => [keyText(key, one), one]));
  return [...rows.values()].map((one) => {
    const says = keyText(key, one);
    if (place.machine === 'bns' && name === 'names')
      return { place, what: 'name', href: placePath(place, 'names', says), says };
    return { place, what: `row of ${fieldWords(name)}`, href: keyPath(place, name, keyOf(key, one)), says };
  });
}

const keyOf = (key: readonly string[], row: Row): readonly unknown[] => key.map((column) => row[column]);
const keyText = (key: readonly string[], row: Row): string => keyOf(key, row).map(String).join(' / ');

/** Where a search through texts stands: it goes from the newest operation to the oldest. */
export interface TextSearch {
  readonly found: readonly Found[];
  readonly looked: number;
  /** What to go on with; null at the end. */
  readonly next: string | null;
}

/** Looks through some more operations of a machine for a text in their payload, their decoded fields or their reason. */
export async function searchTexts(
  place: Place,
  text: string,
  { limit, after, signal }: { readonly limit: number; readonly after: string | null; readonly signal: AbortSignal },
): Promise<TextSearch> {
  const path = withQuery(placePath(place, 'operations'), { limit, ...(after === null ? {} : { after }) });
  const { entries, next } = await ask<Paged<Operation>>(path, signal);
  const wanted = text.trim().toLowerCase();
  const found = entries.filter((operation) => textsOf(operation).some((one) => one.toLowerCase().includes(wanted)));
  return { found: found.map((operation) => operationFound(place, operation)), looked: entries.length, next };
}

function textsOf(operation: Operation): readonly string[] {
  const { decoded, detail, code, name } = operation;
  const said = saidHex(operation);
  const bytes = Uint8Array.from(said.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return [new TextDecoder().decode(bytes), said, JSON.stringify(decoded ?? ''), detail ?? '', code ?? '', name ?? ''];
}
