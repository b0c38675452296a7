import { createRequire } from 'node:module';
import type { Observable } from 'rxjs';
import { ZMQ_RETRY_MS } from '../limits.ts';
import type { BitcoinNode } from '../port.ts';
import type { ZmqTopic } from './zmq-address.ts';

const require = createRequire(import.meta.url);

/** Loaded by who watches: who only asks a node does without. */
const rxjs = (): typeof import('rxjs') => require('rxjs') as typeof import('rxjs');

/** Something may have changed. A hint: what changed, if anything, is for `nextStep` to say. */
export interface TipSignal {
  readonly source: 'poll' | 'zmq';
}

/** How often the node is asked, in milliseconds, beside what it publishes. */
export interface WatchOptions {
  readonly pollMs: number;
}

/**
 * Wakes up at once, then every `pollMs`, and for every `hashblock` that the node publishes. ZMQ loses messages and says
 * nothing of invalidated blocks, so that the poll never stops.
 */
export function watchTip(node: Pick<BitcoinNode, 'zmqUrl'>, { pollMs }: WatchOptions): Observable<TipSignal> {
  return watchNode(() => node.zmqUrl(), 'hashblock', pollMs);
}

/** The same for another topic: at once, every `pollMs`, and at every message. `zmqUrl` says where it is published. */
export function watchNode(
  zmqUrl: () => Promise<string | null>,
  topic: ZmqTopic,
  pollMs: number,
): Observable<TipSignal> {
  const { map, merge, timer } = rxjs();
  const polls = timer(0, pollMs).pipe(map((): TipSignal => ({ source: 'poll' })));
  return merge(polls, published(zmqUrl, topic));
}

/** Asks the node where it publishes until it says so, or says that it does not. */
function published(zmqUrl: () => Promise<string | null>, topic: ZmqTopic): Observable<TipSignal> {
  const { defer, EMPTY, retry, switchMap } = rxjs();
  return defer(zmqUrl).pipe(
    switchMap((url) => (url === null ? EMPTY : subscription(url, topic))),
    retry({ delay: ZMQ_RETRY_MS }),
  );
}

function subscription(zmqUrl: string, topic: ZmqTopic): Observable<TipSignal> {
  const { Observable } = rxjs();
  return new Observable<TipSignal>((subscriber) => {
    let close = () => {};
    void (async () => {
      const { Subscriber } = await import('zeromq');
      if (subscriber.closed) return;
      const socket = new Subscriber();
      close = () => socket.close();
      socket.connect(zmqUrl);
      socket.subscribe(topic);
      for await (const _message of socket) subscriber.next({ source: 'zmq' });
    })().catch((error: unknown) => {
      if (!subscriber.closed) subscriber.error(error);
    });
    return () => close();
  });
}
