import { expect, test } from '@jest/globals';
import { firstValueFrom, take, toArray } from 'rxjs';
import { Publisher } from 'zeromq';
import { watchTip } from '../index.ts';

test('a poll wakes at once and again, without ZMQ', async () => {
  const signals = await firstValueFrom(watchTip({ zmqUrl: async () => null }, { pollMs: 5 }).pipe(take(3), toArray()));
  expect(signals).toEqual([{ source: 'poll' }, { source: 'poll' }, { source: 'poll' }]);
});

test('hashblock wakes between polls', async () => {
  const publisher = new Publisher();
  await publisher.bind('tcp://127.0.0.1:*');
  const zmqUrl = publisher.lastEndpoint ?? '';
  const sending = setInterval(
    () => void publisher.send(['hashblock', Buffer.alloc(32), Buffer.alloc(4)]).catch(() => {}),
    20,
  );
  try {
    const signals = await firstValueFrom(
      watchTip({ zmqUrl: async () => zmqUrl }, { pollMs: 60_000 }).pipe(take(2), toArray()),
    );
    expect(signals).toEqual([{ source: 'poll' }, { source: 'zmq' }]);
  } finally {
    clearInterval(sending);
    publisher.close();
  }
});
