/**
 * Places in a projection's transactions at which a crash must leave nothing, or all. Tests end the process there, one
 * after the other.
 */
export const PROJECTION_POINTS = [
  'after-checkpoint',
  'between-collections',
  'in-rollback',
  'in-rewind',
  'before-commit',
  'after-commit',
] as const;

/** Hears of each point as it is passed. */
export type ProjectionPassing = (point: (typeof PROJECTION_POINTS)[number]) => void;
