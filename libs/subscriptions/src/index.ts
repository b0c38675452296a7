export { carriedOver } from './carried-over.ts';
export { type Delivery, deliver, type Wish } from './deliver.ts';
export { CursorAhead, FeedGone, QuestionInvalid } from './errors.ts';
export { FeedSource, type FeedSourceOptions } from './feed-source.ts';
export { FeedSources, type FeedSourcesOptions } from './feed-sources.ts';
export { checkStart, type FeedPlaces, feedStart, type Start, type StartQuery } from './feed-start.ts';
export { feedCursor, readFeedCursor } from './feed-unit.ts';
export {
  awaitLiveMachines,
  type LiveMachines,
  type LiveMachinesOptions,
  liveMachines,
  type Modules,
  untilOthersLive,
} from './live-machines.ts';
export { onceEach } from './once-each.ts';
export { Ring } from './ring.ts';
export { isWanted, type Selection, selectionOf } from './selection.ts';
export { sharedReads } from './shared-reads.ts';
export type { Source, Tip, Told, Unit } from './unit.ts';
export { untilFound, Waiters } from './waiters.ts';
