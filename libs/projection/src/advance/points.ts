import { defineFailpoints } from '@virtualchain/failpoints';

/**
 * Places in a projection's transactions at which a crash must leave nothing, or all. Tests end the process there, one
 * after the other.
 */
export const projectionPoints = defineFailpoints('projection', [
  'after-checkpoint',
  'between-collections',
  'in-rollback',
  'in-rewind',
  'before-commit',
  'after-commit',
]);
