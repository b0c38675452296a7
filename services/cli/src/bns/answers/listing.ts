import { listedMax } from '../limits.ts';

/** What a command lists, and whether there is more. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  readonly isCut: boolean;
}

/** Everything that pages hold, up to `max`. `page` gives what follows the items before it; nothing at the end. */
export async function listAll<Item>(
  page: (before: readonly Item[]) => Promise<readonly Item[]>,
  max = listedMax,
): Promise<Listed<Item>> {
  const items: Item[] = [];
  while (items.length <= max) {
    const found = await page(items);
    if (found.length === 0) return { items, isCut: false };
    items.push(...found);
  }
  return { items: items.slice(0, max), isCut: true };
}
