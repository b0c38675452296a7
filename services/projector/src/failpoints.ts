import { PROJECTION_POINTS } from '@virtualchain/projection';

/** Where a test may end the projector, in the order of a batch. */
export const FAILPOINTS = ['after-read', ...PROJECTION_POINTS, 'before-hint', 'after-hint'] as const;

/** Hears of each point as it is passed. */
export type ProjectorPassing = (point: (typeof FAILPOINTS)[number]) => void;
