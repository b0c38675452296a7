import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { wallClock } from '@virtualchain/kernel';
import { openRpc } from './rpc.ts';

/** A node that takes a moment for each call, and refuses every fourth. */
async function slowNode() {
  let running = 0;
  let runningMax = 0;
  const server = createServer(async (request, response) => {
    running += 1;
    runningMax = Math.max(runningMax, running);
    const body = (await Array.fromAsync(request)).join('');
    await wallClock.sleep(5);
    running -= 1;
    const { id, params } = JSON.parse(body) as { readonly id: string; readonly params: readonly [number] };
    const [index] = params;
    const answer = index % 4 === 0 ? { error: { code: -1, message: 'refused' } } : { result: index, error: null };
    response.end(JSON.stringify({ id, ...answer }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://user:password@127.0.0.1:${(server.address() as AddressInfo).port}`,
    runningMax: () => runningMax,
    [Symbol.dispose]: () => void server.close(),
  };
}

test('no more calls are in flight than allowed, failures included, and each gets its own answer', async () => {
  using node = await slowNode();
  await using rpc = openRpc(node.url, { callsInFlightMax: 3 });
  const calls = Array.from({ length: 20 }, (_, index) => rpc.call('echo', index));
  const answers = await Promise.allSettled(calls);
  expect(node.runningMax()).toBe(3);
  expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  expect(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [Number(answer.value)] : []))).toEqual(
    Array.from({ length: 20 }, (_, index) => index).filter((index) => index % 4 !== 0),
  );
});

test('a node that sends us elsewhere is refused, and nobody is asked there', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await using rpc = openRpc(`http://user:password@127.0.0.1:${(server.address() as AddressInfo).port}`);
  await expect(rpc.restBlock('00')).rejects.toMatchObject({ code: 'NODE_REPLY_INVALID' });
  await expect(rpc.call('getblockcount')).rejects.toMatchObject({ code: 'NODE_REPLY_INVALID' });
  expect(asked).toEqual([expect.stringContaining('/rest/block/'), '/']);
  await rpc.close();
  server.closeAllConnections();
  server.close();
});
