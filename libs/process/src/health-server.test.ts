import { expect, test } from '@jest/globals';
import { startHealthServer } from './health-server.ts';
import { createMetrics } from './metrics.ts';

async function serve(answers: Partial<Parameters<typeof startHealthServer>[0]>) {
  const metrics = createMetrics({ chain: 'kv' });
  metrics.counter({ name: 'blocks_total', help: 'Blocks.', labels: ['result'] }).inc({ result: 'ok' }, 3);
  metrics.gauge({ name: 'height', help: 'Height.' }).set(101);
  const healthy = () => ({ ok: true });
  return startHealthServer({ port: 0, metrics, health: healthy, ready: healthy, status: () => ({}), ...answers });
}

async function get(port: number, path: string, init?: RequestInit) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  return { code: response.status, body: await response.text() };
}

test('it serves metrics, health, readiness and status', async () => {
  await using server = await serve({
    ready: async () => ({ ok: false, detail: { lagBlocks: 7 } }),
    status: () => ({ height: 101, supply: 21n, node: 'http://u:hunter2@h' }),
  });
  const { body } = await get(server.port, '/metrics');
  expect(body).toContain('vchain_blocks_total{result="ok",chain="kv"} 3');
  expect(body).toContain('vchain_height{chain="kv"} 101');
  expect(await get(server.port, '/health')).toEqual({ code: 200, body: '{"ok":true}\n' });
  expect(await get(server.port, '/ready')).toEqual({ code: 503, body: '{"ok":false,"detail":{"lagBlocks":7}}\n' });
  expect(await get(server.port, '/status?x')).toEqual({
    code: 200,
    body: '{"height":101,"supply":"21","node":"http://[hidden]@h"}\n',
  });
});

test('no label of a metric holds a secret', async () => {
  const metrics = createMetrics({ node: 'http://u:hunter2@h' });
  metrics.gauge({ name: 'height', help: 'Height.' }).set(101);
  await using server = await serve({ metrics });
  expect((await get(server.port, '/metrics')).body).toContain('vchain_height{node="http://[hidden]@h"} 101');
});

test('what it cannot answer is an answer, too', async () => {
  await using server = await serve({
    status: () => {
      throw new Error('no http://u:hunter2@h');
    },
  });
  expect(await get(server.port, '/status')).toEqual({ code: 500, body: '{"error":"Error: no http://[hidden]@h"}\n' });
  expect((await get(server.port, '/elsewhere')).code).toBe(404);
  expect((await get(server.port, '/health', { method: 'POST' })).code).toBe(405);
});

test('closing does not wait for idle connections, and frees the port', async () => {
  const server = await serve({});
  await get(server.port, '/health');
  await server.close();
  await expect(get(server.port, '/health')).rejects.toThrow();
});
