import { createRequire } from 'node:module';
import client from 'kafkajs';

/** The values of kafkajs by name: it is CommonJS, and Node does not find all of its names by itself. */
export const { AssignerProtocol, ConfigResourceTypes, Kafka, logLevel, Partitioners } = client;

/** The requests of one connection that wait, and until when the broker wants none; in ms since 1970, before that if ever. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

const { prototype: queue } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
  readonly prototype: RequestQueue;
};
const schedule = queue.scheduleCheckPendingRequests;
/**
 * After every answer kafkajs 2.2.4 asks for a timer in the past, to look for requests that wait, and then for another,
 * hundreds of times a second: Node warns of it on the terminal of whoever uses us. Where nothing waits, nothing has to be
 * looked for; a request that has to wait asks for a look itself.
 */
queue.scheduleCheckPendingRequests;
/**
 * After every answer kafkajs 2.2.4 asks for a timer in the past, to look for requests that wait, and then again, a
 * thousand times a second: Node warns of it on the terminal of whoever uses us. Nothing has to be looked for where nothing waits.
 */
queue.scheduleCheckPendingRequests = function scheduleWhereSomethingWaits(this: RequestQueue): void {
  if (this.pending.length > 0) schedule.call(this);
};
