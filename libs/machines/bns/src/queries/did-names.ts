import { readCreations } from './creations.ts';
import { isSameCreation, newestCreation, parseDid } from './did.ts';
import { type NameAnswer, nameAnswer } from './names.ts';
import type { BnsView } from './view.ts';

/** What a DID stands for. */
export type DidAnswer =
  | { readonly kind: 'name'; readonly name: NameAnswer }
  /** Its name was revoked, or began another life under another DID. */
  | { readonly kind: 'ended'; readonly name: string; readonly by: 'revocation' | 'registration' }
  | { readonly kind: 'unknown' };

/** The name of a DID, through transfers and beyond its expiry, until it is revoked or registered again: `get_DID_record`. */
export async function nameOfDid(view: BnsView, text: string): Promise<DidAnswer> {
  const did = parseDid(text);
  const creation = did === null ? undefined : (await readCreations(view, did.address))[did.index];
  if (creation === undefined) return { kind: 'unknown' };
  const { name } = creation;
  const newest = await newestCreation(view, name);
  if (newest === null || !isSameCreation(newest, creation)) return { kind: 'ended', name, by: 'registration' };
  const record = await view.reading.state.names.get({ name });
  if (record === null) return { kind: 'unknown' };
  if (record.revoked) return { kind: 'ended', name, by: 'revocation' };
  return { kind: 'name', name: await nameAnswer(view, record) };
}
