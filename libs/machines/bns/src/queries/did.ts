import { beganAtCreation, type Creation, creationOf, readCreations } from './creations.ts';
import type { BnsView } from './view.ts';

/** A decentralised identifier of a name: the address that created it, and how many it had created before. */
export interface Did {
  readonly address: string;
  readonly index: number;
}

const DID = /^did:stack:v0:([1-9A-HJ-NP-Za-km-z]{25,35})-(0|[1-9][0-9]{0,8})$/;

/** Null for what is no DID of a name. */
export function parseDid(text: string): Did | null {
  const [, address, index] = DID.exec(text) ?? [];
  return address === undefined ? null : { address, index: Number(index) };
}

/** A decentralised identifier as the original wrote it: `did:stack:v0:<address>-<index>`. */
export function formatDid({ address, index }: Did): string {
  return `did:stack:v0:${address}-${index}`;
}

/** The DID of a name's newest life, expired and revoked ones too; null for a name that never was: `get_name_DID`. */
export async function didOf(view: BnsView, name: string): Promise<string | null> {
  const creation = await newestCreation(view, name);
  if (creation === null) return null;
  const created = await readCreations(view, creation.address);
  const index = created.findIndex((other) => isSameCreation(other, creation));
  return index < 0 ? null : formatDid({ address: creation.address, index });
}

/** What began the life of a name that it is in, or was in last. */
export async function newestCreation({ reading }: BnsView, name: string): Promise<Creation | null> {
  const [newest] = await reading.state.names.history({ name }, { ...beganAtCreation, limit: 1 });
  return newest === undefined ? null : creationOf(newest.row);
}

export function isSameCreation(a: Creation, b: Creation): boolean {
  return a.name === b.name && a.height === b.height && a.vtxindex === b.vtxindex;
}
