import { defineFailpoints } from '@virtualchain/failpoints';
import { projectionPoints } from '@virtualchain/projection';

export const projectorPoints = defineFailpoints('projector', ['after-read', 'before-hint', 'after-hint']);

/** Where a test may end the projector: at the projection's points, and at its own. */
export const failpoints = [projectionPoints, projectorPoints];
