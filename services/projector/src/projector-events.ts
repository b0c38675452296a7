import type { ExpectedError } from '@virtualchain/kernel';
import type { Cursor } from '@virtualchain/operation-log';
import type { Advanced } from '@virtualchain/projection';

/** What a projector is doing. */
export type ProjectorState = 'starting' | 'catching-up' | 'at-tip' | 'retrying' | 'faulted' | 'stopped';

/** What the run loop tells whoever watches. */
export interface ProjectorEvents {
  /** A build was opened, and stands here: at the start, and again after every failure, since another may have moved it. */
  opened(schema: string, cursor: Cursor | null): void;
  state(state: ProjectorState, error: ExpectedError | null): void;
  advanced(work: Omit<Advanced, 'checkpoint'>, cursor: Cursor | null): void;
}
