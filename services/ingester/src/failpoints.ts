import { defineFailpoints } from '@virtualchain/failpoints';
import { writerPoints } from '@virtualchain/operation-log';

export const publishPoints = defineFailpoints('ingester', [
  'before-fetch',
  'after-verify',
  'before-disconnect',
  'after-disconnect',
]);

/** Where a test may end the ingester: at the writer's points, and at its own. */
export const failpoints = [writerPoints, publishPoints];
