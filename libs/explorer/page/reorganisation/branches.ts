import type { Change, FeedEntry, Row } from '../data/answers.ts';

/** A block of either branch, as the feed told of it. */
export interface BranchBlock {
  readonly height: number;
  readonly hash: string;
  /** Null while the feed has not sealed it. */
  readonly consensusHash: string | null;
  readonly operations: readonly FeedEntry[];
  readonly changes: readonly Change[];
}

/** A row that is not what it would be, had the branch not changed. */
export interface Difference {
  readonly collection: string;
  readonly key: readonly unknown[];
  /** Where the branches part; null where there was no row. */
  readonly before: Row | null;
  readonly lost: Row | null;
  readonly stands: Row | null;
}

/** Both branches from where they part, the oldest block first. */
export interface Reorganisation {
  readonly lost: readonly BranchBlock[];
  readonly stands: readonly BranchBlock[];
  readonly differences: readonly Difference[];
  /** Transactions of the lost branch by what the other one says of them; missing where it has none of them. */
  readonly again: ReadonlyMap<string, FeedEntry>;
}

/**
 * Reads a reorganisation from the feed. `entries` begin with the first block that was lost, and go on behind the last
 * retraction. The branch that stands is read until it is a block longer than the lost one, or until it goes itself. Null
 * where nothing was taken back.
 */
export function readReorganisation(entries: readonly FeedEntry[]): Reorganisation | null {
  const { blocks, retracted, after } = split(entries);
  if (retracted.size === 0) return null;
  const lost = blocks.filter(({ hash }) => retracted.has(hash));
  const stands = blocksOf(after).slice(0, lost.length + 1);
  const said = new Map(stands.flatMap(({ operations }) => operations.map((entry) => [txidOf(entry), entry] as const)));
  const again = new Map(
    lost.flatMap(({ operations }) =>
      operations.flatMap((entry) => {
        const other = said.get(txidOf(entry));
        return other === undefined ? [] : [[txidOf(entry), other] as const];
      }),
    ),
  );
  return { lost, stands, differences: differencesOf(lost, stands), again };
}

export const txidOf = ({ operation, cursor }: FeedEntry): string => operation?.txid ?? cursor;

/** Whether more of the feed could add to what is read. */
export function wantsMore(entries: readonly FeedEntry[]): boolean {
  const { blocks, retracted, after, isOver } = split(entries);
  if (isOver) return false;
  const lost = blocks.filter(({ hash }) => retracted.has(hash)).length;
  return retracted.size === 0 || after.filter(({ kind }) => kind === 'block.sealed').length <= lost;
}

interface Split {
  readonly blocks: readonly BranchBlock[];
  readonly retracted: ReadonlySet<string>;
  /** What came behind the retractions, up to the next ones. */
  readonly after: readonly FeedEntry[];
  /** The branch behind was taken back itself. */
  readonly isOver: boolean;
}

function split(entries: readonly FeedEntry[]): Split {
  const isRetraction = ({ kind }: FeedEntry): boolean => kind === 'block.retracted';
  const first = entries.findIndex(isRetraction);
  if (first < 0) return { blocks: blocksOf(entries), retracted: new Set(), after: [], isOver: false };
  const behind = entries.slice(first);
  const end = behind.findIndex((entry) => !isRetraction(entry));
  const retracted = new Set((end < 0 ? behind : behind.slice(0, end)).map(({ blockHash }) => blockHash));
  const rest = end < 0 ? [] : behind.slice(end);
  const next = rest.findIndex(isRetraction);
  const after = next < 0 ? rest : rest.slice(0, next);
  return { blocks: blocksOf(entries.slice(0, first)), retracted, after, isOver: next >= 0 };
}

function blocksOf(entries: readonly FeedEntry[]): readonly BranchBlock[] {
  const byHash = Map.groupBy(entries, ({ blockHash }) => blockHash);
  return [...byHash].map(([hash, own]) => ({
    height: own[0]?.height ?? 0,
    hash,
    consensusHash: own.find(({ kind }) => kind === 'block.sealed')?.consensusHash ?? null,
    operations: own.filter(({ kind }) => kind.startsWith('operation.')),
    changes: own.flatMap(({ changes }) => changes),
  }));
}

const nameOf = ({ collection, key }: Change): string => JSON.stringify([collection, key]);
const isSame = (a: Row | null, b: Row | null): boolean => JSON.stringify(a) === JSON.stringify(b);

function differencesOf(lost: readonly BranchBlock[], stands: readonly BranchBlock[]): readonly Difference[] {
  const onLost = netOf(lost);
  const onStanding = netOf(stands);
  const names = new Set([...onLost.keys(), ...onStanding.keys()]);
  return [...names].flatMap((name) => {
    const [mine, other] = [onLost.get(name), onStanding.get(name)];
    const { collection, key, before } = (mine ?? other) as Change;
    const difference = {
      ...{ collection, key, before },
      lost: mine === undefined ? before : mine.after,
      stands: other === undefined ? before : other.after,
    };
    return isSame(difference.lost, difference.stands) ? [] : [difference];
  });
}

/** What blocks together made of each row. */
function netOf(blocks: readonly BranchBlock[]): ReadonlyMap<string, Change> {
  const net = new Map<string, Change>();
  for (const change of blocks.flatMap(({ changes }) => changes)) {
    const name = nameOf(change);
    net.set(name, { ...change, before: net.has(name) ? (net.get(name)?.before ?? null) : change.before });
  }
  return net;
}
