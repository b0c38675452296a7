import { defineFailpoints } from '@virtualchain/failpoints';

/**
 * Places in a writer's work at which a crash leaves something else behind. Each is passed in order; tests end the process
 * there, one after the other.
 */
export const writerPoints = defineFailpoints('writer', [
  'before-fence',
  'after-fence',
  'before-tail',
  'after-tail',
  'before-writer-started',
  'after-writer-started',
  'before-append',
  'between-sends',
  'before-commit',
  'after-commit',
  'after-append',
]);
