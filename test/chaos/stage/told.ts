import type { CursorJson } from '@virtualchain/client';
import type { SubscriberEvent } from '../../simulation/world/subscriber-store.ts';

/** A line of what the subscriber of a topic keeps. */
export interface Told {
  readonly cursor: CursorJson;
  readonly event: SubscriberEvent;
}
