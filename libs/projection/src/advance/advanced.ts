import type { ConnectedBlock, LogChange } from '@virtualchain/operation-log';
import type { Advanced, Checkpoint, VerdictCounts } from '../port.ts';

/** What an advance over these changes amounts to. `verdicts` are those of the blocks that the machine folds. */
export function advancedBy(changes: readonly LogChange[], verdicts: VerdictCounts, checkpoint: Checkpoint): Advanced {
  const connected = changes.filter((change): change is ConnectedBlock => change.kind === 'connected');
  return {
    blocks: connected.length,
    disconnected: changes.length - connected.length,
    operations: connected.reduce((sum, change) => sum + change.operations.length, 0),
    verdicts,
    checkpoint,
  };
}
