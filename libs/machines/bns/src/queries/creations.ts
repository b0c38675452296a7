import type { NameRow } from '../collections.ts';
import { CREATIONS_PER_PAGE_MAX } from './limits.ts';
import { type BnsView, pageOf } from './view.ts';

/** A registration or a first import: what begins a life of a name, and gives it a DID. */
export interface Creation {
  readonly name: string;
  /** Who owned it then. */
  readonly address: string;
  readonly height: number;
  readonly vtxindex: number;
}

/**
 * A version that began when the name was registered is the creation itself: nothing but a further import can touch a name
 * in its first block.
 */
export const beganAtCreation = { beganAt: 'first_registered' } as const;

export function creationOf({ name, address, first_registered, vtxindex }: NameRow): Creation {
  return { name, address, height: first_registered, vtxindex };
}

/** All that an address created up to the height, in the order of the chain: the place in the list is the DID's index. */
export async function readCreations({ reading }: BnsView, address: string): Promise<readonly Creation[]> {
  const found: Creation[] = [];
  for await (const { row } of reading.state.names.everBy('address', { address }, beganAtCreation))
    found.push(creationOf(row));
  return found.sort((a, b) => a.height - b.height || a.vtxindex - b.vtxindex);
}

/** Names that an address created, whoever owns them now, oldest first: `get_historic_names_by_address`. */
export async function namesCreatedBy(
  view: BnsView,
  address: string,
  { offset = 0, limit }: { readonly offset?: number; readonly limit?: number } = {},
): Promise<readonly Creation[]> {
  return (await readCreations(view, address)).slice(offset, offset + pageOf(limit, CREATIONS_PER_PAGE_MAX));
}

/** `get_num_historic_names_by_address`. */
export async function countNamesCreatedBy(view: BnsView, address: string): Promise<number> {
  return (await readCreations(view, address)).length;
}
