import { askJson } from './ask-json.ts';
import type { FeedEntry, RowChange } from './entries.ts';
import type { HeldBlock, Step } from './subscription/branch.ts';
import { addressOf, type SubscriptionOptions } from './subscription/options.ts';
import type { Level } from './subscription/session.ts';
import { subscribe } from './subscription/subscribe.ts';

/** A subscription to the feed of a machine. */
export interface FeedOptions extends SubscriptionOptions {
  /** The machine, by its name. */
  readonly machine: string;
}

/**
 * Follows a machine's feed over a gateway: blocks, operations with their verdicts, and what each changed, in order, each
 * entry once, through reorganisations, rebuilds and failures. A gateway that does not answer is waited for. It ends only
 * with `signal`, or with `untilEnd`.
 *
 * @throws GatewayRefused where the gateway does not take the question (its `code` says why), NotAGateway; FeedGone where
 * another build is live and no block that is remembered leads on
 */
export function followFeed(options: FeedOptions): AsyncGenerator<FeedEntry> {
  return subscribe(options, feedOf(options));
}

const KINDS: ReadonlySet<string> = new Set<FeedEntry['kind']>([
  ...(['genesis', 'block.opened', 'block.sealed', 'block.retracted'] as const),
  ...(['operation.accepted', 'operation.rejected', 'operation.ignored'] as const),
]);

function feedOf({ gateway, chain, machine, token }: FeedOptions): Level<FeedEntry> {
  const path = `/v1/chains/${encodeURIComponent(chain)}/machines/${encodeURIComponent(machine)}`;
  return {
    path: `${path}/feed`,
    read: (kind, data, cursor) => (KINDS.has(kind) ? { ...(data as FeedEntry), cursor } : null),
    stepOf,
    retractionOf: ({ height, hash, changes }, cursor) =>
      changes === null
        ? null
        : { kind: 'block.retracted', cursor, height, blockHash: hash, changes: takenBack(changes) },
    async hasSameState({ hash, changesHash }: HeldBlock, signal) {
      if (changesHash === null) return true;
      const { block } = (await askJson(addressOf(gateway, `${path}/blocks/${hash}`), { signal, token })) as {
        readonly block: { readonly changesHash: string };
      };
      return block.changesHash === changesHash;
    },
  };
}

function stepOf(entry: FeedEntry): Step | null {
  if (entry.kind === 'genesis') return null;
  const { height, blockHash: hash, changes } = entry;
  switch (entry.kind) {
    case 'block.opened': {
      const { previousHash } = entry;
      return { kind: 'block', block: { height, hash, previousHash }, isWhole: false, changes };
    }
    case 'block.sealed':
      return { kind: 'seal', block: { height, hash }, changes, changesHash: entry.changesHash };
    case 'block.retracted':
      return { kind: 'back', block: { height, hash } };
    default:
      return { kind: 'part', block: { height, hash }, changes };
  }
}

/** What undoes changes, the last one first. */
function takenBack(changes: readonly RowChange[]): readonly RowChange[] {
  return changes.toReversed().map((change) => ({ ...change, before: change.after, after: change.before }));
}
