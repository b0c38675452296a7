import type { FoldedBlock } from '@virtualchain/machine';
import type { ConnectedBlock, LogChange } from '@virtualchain/operation-log';
import { countVerdicts } from '../build/blocks.ts';
import type { Advanced, Checkpoint } from '../port.ts';

/** What an advance over these changes amounts to. `folded` are its blocks that the machine folds. */
export function advancedBy(
  changes: readonly LogChange[],
  folded: readonly FoldedBlock[],
  checkpoint: Checkpoint,
): Advanced {
  const connected = changes.filter((change): change is ConnectedBlock => change.kind === 'connected');
  return {
    blocks: connected.length,
    disconnected: changes.length - connected.length,
    operations: connected.reduce((sum, change) => sum + change.operations.length, 0),
    verdicts: countVerdicts(folded),
    checkpoint,
  };
}
