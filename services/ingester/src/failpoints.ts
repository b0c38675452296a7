import { WRITER_POINTS } from '@virtualchain/operation-log';

const PUBLISH_POINTS = ['before-fetch', 'after-verify', 'before-disconnect', 'after-disconnect'] as const;

/** Where a test may end the ingester: the writer's points, and its own. */
export const FAILPOINTS = [...WRITER_POINTS, ...PUBLISH_POINTS] as const;

/** Hears of the ingester's own points as they are passed. */
export type PublishPassing = (point: (typeof PUBLISH_POINTS)[number]) => void;
