/** A machine, by the names that its addresses have. */
export interface Place {
  readonly chain: string;
  readonly machine: string;
}

/** What an address shows. */
export type View =
  | { readonly kind: 'overview' }
  | { readonly kind: 'search' }
  | { readonly kind: 'nothing' }
  | ({ readonly place: Place } & MachineView);

/** What an address below a machine shows. */
export type MachineView =
  | { readonly kind: 'machine' }
  | { readonly kind: 'blocks' }
  | { readonly kind: 'block'; readonly block: string }
  | { readonly kind: 'operations' }
  | { readonly kind: 'operation'; readonly txid: string }
  | { readonly kind: 'collection'; readonly collection: string }
  | { readonly kind: 'key'; readonly collection: string; readonly key: readonly string[] }
  | { readonly kind: 'names' }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'reorganisations' }
  | { readonly kind: 'reorganisation'; readonly hash: string };

/** Reads the path of an address. Total: what leads nowhere is `nothing`. */
export function viewOf(path: string): View {
  const parts = partsOf(path);
  if (parts === null) return { kind: 'nothing' };
  const [first, chain, machines, machine, ...below] = parts;
  if (first === undefined) return { kind: 'overview' };
  if (first === 'search' && parts.length === 1) return { kind: 'search' };
  if (first !== 'chains' || chain === undefined || machines !== 'machines' || machine === undefined)
    return { kind: 'nothing' };
  const view = machineView(below);
  return view === null ? { kind: 'nothing' } : { place: { chain, machine }, ...view };
}

/** The parts between slashes, decoded; null where they do not decode. */
function partsOf(path: string): readonly string[] | null {
  try {
    return path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return null;
  }
}

function machineView([section, one, rows, ...key]: readonly string[]): MachineView | null {
  switch (section) {
    case undefined:
      return { kind: 'machine' };
    case 'blocks':
      return one === undefined ? { kind: 'blocks' } : { kind: 'block', block: one };
    case 'operations':
      return one === undefined ? { kind: 'operations' } : { kind: 'operation', txid: one };
    case 'names':
      return one === undefined ? { kind: 'names' } : { kind: 'name', name: one };
    case 'reorganisations':
      return one === undefined ? { kind: 'reorganisations' } : { kind: 'reorganisation', hash: one };
    case 'collections':
      if (one === undefined) return { kind: 'machine' };
      if (rows === undefined) return { kind: 'collection', collection: one };
      return rows === 'rows' && key.length > 0 ? { kind: 'key', collection: one, key } : null;
    default:
      return null;
  }
}

const pathOf = (...parts: readonly string[]): string => `/${parts.map(encodeURIComponent).join('/')}`;

/** The address of a machine, and of what is below it. */
export function placePath({ chain, machine }: Place, ...below: readonly string[]): string {
  return pathOf('chains', chain, 'machines', machine, ...below);
}

/** The address of a row, and below `/v1` the question about it. Values are written as questions take them. */
export function keyPath(place: Place, collection: string, key: readonly unknown[]): string {
  return placePath(place, 'collections', collection, 'rows', ...key.map(String));
}

/** A path with parameters behind it; those that are undefined or empty are left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}
