import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { openBlockTraces } from './block-traces.ts';

interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A collector that keeps what it is sent. */
async function collector(): Promise<{ readonly url: string; readonly spans: SentSpan[] }> {
  const spans: SentSpan[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(parts).toString()) as {
        resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[];
      };
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, spans };
}

const NOON = Date.UTC(2026, 0, 1, 12);
const block = { height: 7, hash: `${'0'.repeat(20)}${'ab12'.repeat(11)}` };

test('what two processes note of a block is one trace, below what the first one saw', async () => {
  const { url, spans } = await collector();
  const first = await openBlockTraces({ url, service: 'ingester', labels: { 'vchain.chain': 'kv' } });
  const second = await openBlockTraces({ url, service: 'projector', labels: {} });
  first?.way('block', block, { beganMs: NOON, endedMs: NOON + 2_000 });
  second?.step('fold', block, { beganMs: NOON + 3_000, endedMs: NOON + 4_000 });
  await first?.[Symbol.asyncDispose]();
  await second?.[Symbol.asyncDispose]();
  const [way, step] = ['ingester: block', 'projector: fold'].map((name) => spans.find((span) => span.name === name));
  expect(way?.traceId).toBe(block.hash.slice(32));
  expect(way?.startTimeUnixNano).toBe(`${NOON}000000`);
  expect(step).toMatchObject({ traceId: way?.traceId, parentSpanId: way?.spanId });
  expect(step?.spanId).not.toBe(way?.spanId);
});

test('without a URL there is nothing, and a collector that is away is no failure', async () => {
  expect(await openBlockTraces({ url: undefined, service: 'ingester', labels: {} })).toBeNull();
  const traces = await openBlockTraces({ url: 'http://127.0.0.1:9/v1/traces', service: 'ingester', labels: {} });
  traces?.way('block', block, { beganMs: NOON, endedMs: NOON });
  const beganMs = performance.now();
  await expect(traces?.[Symbol.asyncDispose]()).resolves.toBeUndefined();
  expect(performance.now() - beganMs).toBeLessThan(5_000);
});
