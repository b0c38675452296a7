/** What the alerts and the board ask for is what the services serve, and traces tell a block's way, on the real stack. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { followFeed } from '@virtualchain/gateway-client';
import type { RunningProcess } from '@virtualchain/local';
import { startedLine } from '../kit/started-line.ts';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

const folder = resolve(import.meta.dirname, '../../infra/docker/observability');

interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

let system: System;
let gateway: RunningProcess;
let collector: Server;
const spans: SentSpan[] = [];
let address = '';
const leaving = new AbortController();
/** By the name of the job in prometheus.yml. */
const pages = new Map<string, string>();

beforeAll(async () => {
  system = await System.start({ seed: 51 });
  collector = createServer((request, response) => {
    void json(request).then((sent) => {
      const { resourceSpans } = sent as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] };
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const traced = { VCHAIN_TRACES_URL: `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces` };
  const projector = await system.projector('kv', {
    VCHAIN_PENDING_NODE_URL: system.parts.node.url,
    VCHAIN_PEER_URLS: 'http://127.0.0.1:9',
    ...traced,
  });
  const ingester = await system.ingester(traced);
  await system.mine(2);
  await system.arrived(['kv']);
  gateway = await system.run('services/cli/src/main.ts', ['gateway', '--api-port', '0'], traced);
  ({ address } = await startedLine(gateway));
  await fetch(`${address}/v1/chains`);
  const relay = await system.run('services/cli/src/main.ts', ['relay']);
  for (const [job, process] of Object.entries({ ingester, projector, gateway, relay }))
    pages.set(`vchain-${job}`, await metricsOf(process));
}, 240_000);

afterAll(async () => {
  leaving.abort();
  await system?.[Symbol.asyncDispose]();
  collector?.close();
}, 60_000);

/** The page of metrics, once what is asked for from time to time was asked for. */
async function metricsOf(process: RunningProcess): Promise<string> {
  const { port } = await startedLine(process);
  return until(
    `metrics of ${process.name}`,
    async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
    (page) => page.includes('process_resident_memory_bytes'),
  );
}

/** Every metric that an expression names. */
function metricsIn(text: string): readonly string[] {
  const wanted = text.match(/\b(vchain|process|nodejs)_[a-z_]+[a-z]\b/g) ?? [];
  return [...new Set(wanted)].sort();
}

function expressionsOf(file: string): string {
  const text = readFileSync(join(folder, file), 'utf8');
  if (!file.endsWith('.json'))
    return [...text.matchAll(/^ +expr: (.*)$/gm)].map(([, expression]) => expression).join('\n');
  const { panels } = JSON.parse(text) as {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  };
  return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
}

test.each(['alerts.yml', 'grafana/dashboards/virtualchain.json'])('every metric that %s names is served', (file) => {
  const served = new Set(
    [...pages.values()]
      .flatMap((page) => [...page.matchAll(/^# TYPE (\w+) (\w+)$/gm)])
      .flatMap(([, name, type]) => {
        return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [String(name)];
      }),
  );
  // One expression names the metrics of two services by a pattern.
  const expressions = expressionsOf(file).replaceAll(
    /\{__name__=~"vchain_\(ingester\|projector\)_retries_total"\}/g,
    'vchain_ingester_retries_total vchain_projector_retries_total',
  );
  const wanted = metricsIn(expressions);
  expect(wanted.length).toBeGreaterThan(10);
  expect(wanted.filter((name) => !served.has(name))).toEqual([]);
});

test('labels that alerts and board tell things apart by are there', () => {
  const labels = (job: string, metric: string) =>
    new RegExp(`^${metric}\\{(.*?)\\} `, 'm').exec(pages.get(job) ?? '')?.[1] ?? '';
  expect(labels('vchain-ingester', 'vchain_ingester_leader')).toMatch(/(?=.*chain="kv")(?=.*network="regtest")/);
  expect(labels('vchain-projector', 'vchain_projector_lag_blocks')).toMatch(/(?=.*chain="kv")(?=.*machine="kv")/);
  expect(labels('vchain-projector', 'vchain_projector_peer_compared')).toContain('peer="127.0.0.1:9"');
  expect(labels('vchain-gateway', 'vchain_gateway_answers_total')).toMatch(/(?=.*status="200")(?=.*code="")/);
});

test('every metric of ours is on the board, or in an alert', () => {
  const shown = new Set(
    ['alerts.yml', 'grafana/dashboards/virtualchain.json'].flatMap((file) => metricsIn(expressionsOf(file))),
  );
  const served = [...pages.values()].flatMap((page) => [...page.matchAll(/^# TYPE (vchain_\w+) (?:counter|gauge)$/gm)]);
  const hidden = served
    .map(([, name]) => String(name))
    .filter((name) => !shown.has(name) && !name.endsWith('_retries_total'));
  // For whoever looks at one process: they stand beside the heights that the board has.
  expect(hidden.sort()).toEqual([
    'vchain_ingester_epoch',
    'vchain_ingester_unproven_outputs_total',
    'vchain_projector_log_height',
    'vchain_projector_peer_height',
    'vchain_projector_ready',
  ]);
});

test('the way of a block, from the node to those who subscribe, is one trace', async () => {
  const { hash: after } = system.miner.tip;
  const feed = followFeed({ gateway: address, chain: 'kv', machine: 'kv', after, signal: leaving.signal });
  const sealed = (async () => {
    for await (const { kind, blockHash } of feed) if (kind === 'block.sealed') return blockHash;
    return null;
  })();
  await until(
    'somebody subscribes',
    () => metricsOf(gateway),
    (page) => /^vchain_gateway_subscribers\{level="feed".*\} 1$/m.test(page),
  );
  const { hash } = await system.mine(1);
  expect(await sealed).toBe(hash);
  const found = await until(
    'all have told',
    async () => spans.filter(({ traceId }) => traceId === hash.slice(32)),
    (all) => new Set(all.map(({ name }) => name)).size >= 4,
    60_000,
  );
  const way = found.find(({ name }) => name === 'ingester: block');
  expect([...new Set(found.map(({ name }) => name))].sort()).toEqual([
    ...['gateway: tell', 'ingester: append', 'ingester: block', 'projector: fold'],
  ]);
  for (const { name, parentSpanId } of found)
    if (name !== 'ingester: block') expect({ name, parentSpanId }).toEqual({ name, parentSpanId: way?.spanId });
}, 120_000);
