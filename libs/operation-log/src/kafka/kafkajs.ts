import { createRequire } from 'node:module';

type Kafkajs = typeof import('kafkajs');

const require = createRequire(import.meta.url);
let loaded: Kafkajs | null = null;

/** The client of Kafka, loaded when it is first asked for: whoever keeps the log elsewhere starts without it. */
export function kafkajs(): Kafkajs {
  if (loaded === null) {
    loaded = require('kafkajs') as Kafkajs;
    mendTimers();
  }
  return loaded;
}

/** The requests of one connection that wait, and until when the broker wants none; in ms since 1970, before that if ever. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

/**
 * After every answer kafkajs 2.2.4 asks for a timer in the past, to look for requests that wait, and then for another,
 * hundreds of times a second: Node warns of it on the terminal of whoever uses us. Where nothing waits, nothing has to be
 * looked for; a request that has to wait asks for a look itself.
 */
function mendTimers(): void {
  const { prototype: queue } = require('kafkajs/src/network/requestQueue') as { readonly prototype: RequestQueue };
  const schedule = queue.scheduleCheckPendingRequests;
  queue.scheduleCheckPendingRequests = function scheduleWhereSomethingWaits(this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}
