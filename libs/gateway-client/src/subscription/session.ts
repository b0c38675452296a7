import type { FeedGoneThere } from '../stream/problem.ts';
import type { Branch, HeldBlock, Step } from './branch.ts';
import type { CursorCheck } from './cursor-check.ts';
import type { SubscriptionOptions } from './options.ts';

/** What is subscribed to: a log, or a feed. */
export interface Level<Entry extends { readonly cursor: string }> {
  /** Below the gateway's address, without `/events`. */
  readonly path: string;
  /** An entry as the subscriber gets it; null for a kind that is not known here. */
  read(kind: string, data: unknown, cursor: string): Entry | null;
  /** What it does to the branch; null where that is nothing. */
  stepOf(entry: Entry): Step | null;
  /** What tells the subscriber that a block is gone; null where its changes are not known. */
  retractionOf(block: HeldBlock, cursor: string): Entry | null;
  /** @returns whether the gateway's own block of that hash left the same state */
  hasSameState(block: HeldBlock, signal: AbortSignal): Promise<boolean>;
}

/** One subscription, over all its connections. */
export interface Session<Entry extends { readonly cursor: string }> {
  readonly options: SubscriptionOptions;
  readonly level: Level<Entry>;
  readonly branch: Branch;
  readonly cursors: CursorCheck;
  readonly signal: AbortSignal;
  /** Go on behind it; null begins where the options say. */
  after: string | null;
  /** An entry before which something seemed to be missing: if it comes again so, nothing is. */
  gapBefore: string | null;
  /** The gateway no longer has the feed of our cursor; what it says to that. */
  gone: FeedGoneThere | null;
}
