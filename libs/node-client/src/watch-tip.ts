import { defer, EMPTY, map, merge, Observable, retry, timer } from 'rxjs';
import { ZMQ_RETRY_MS } from './limits.ts';
import type { BitcoinNode } from './port.ts';

/** Something may have changed. A hint: what changed, if anything, is for `nextStep` to say. */
export interface TipSignal {
  readonly source: 'poll' | 'zmq';
}

export interface WatchOptions {
  readonly pollMs: number;
  /** Where the node publishes `hashblock`; the node's own when absent, and only the poll when null. */
  readonly zmqUrl?: string | null;
}

/**
 * Wakes up at once, then every `pollMs`, and for every `hashblock` that the node publishes. ZMQ loses messages and says
 * nothing of invalidated blocks, so that the poll never stops.
 */
export function watchTip(
  node: Pick<BitcoinNode, 'zmqUrl'>,
  { pollMs, zmqUrl = node.zmqUrl }: WatchOptions,
): Observable<TipSignal> {
  const polls = timer(0, pollMs).pipe(map((): TipSignal => ({ source: 'poll' })));
  return merge(polls, zmqUrl ? hashBlocks(zmqUrl) : EMPTY);
}

function hashBlocks(zmqUrl: string): Observable<TipSignal> {
  return defer(() => subscription(zmqUrl)).pipe(retry({ delay: ZMQ_RETRY_MS }));
}

function subscription(zmqUrl: string): Observable<TipSignal> {
  return new Observable<TipSignal>((subscriber) => {
    let close = () => {};
    void (async () => {
      const { Subscriber } = await import('zeromq');
      if (subscriber.closed) return;
      const socket = new Subscriber();
      close = () => socket.close();
      socket.connect(zmqUrl);
      socket.subscribe('hashblock');
      for await (const _message of socket) subscriber.next({ source: 'zmq' });
    })().catch((error: unknown) => {
      if (!subscriber.closed) subscriber.error(error);
    });
    return () => close();
  });
}
