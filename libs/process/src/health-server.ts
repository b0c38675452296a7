import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.ts';
import { redactText } from './settings/secrets.ts';

/** Whether all is well, and what else there is to say about it. */
export interface Verdict {
  readonly ok: boolean;
  readonly detail?: unknown;
}

type Answer<Value> = () => Value | Promise<Value>;

/** Where it listens, and what its pages say. */
export interface HealthServerOptions {
  /** 127.0.0.1 unless given. */
  readonly host?: string;
  /** A free one if 0. */
  readonly port: number;
  readonly metrics: Metrics;
  /** False if only a restart can help. */
  readonly health: Answer<Verdict>;
  /** False while there is no use in sending work or questions here. */
  readonly ready: Answer<Verdict>;
  readonly status: Answer<unknown>;
  /** What else the process answers: null for a path that it does not know. */
  readonly pages?: (path: string, query: URLSearchParams) => Promise<ExtraPage | null>;
}

/** The answer of one more page: its status code, and what is sent as JSON. */
export interface ExtraPage {
  readonly code: number;
  readonly body: unknown;
}

/** The server that is up: its port, and its end. */
export interface HealthServer extends AsyncDisposable {
  readonly port: number;
  close(): Promise<void>;
}

interface Page {
  readonly code: number;
  readonly contentType: string;
  readonly body: string;
}

/** Serves `/metrics`, `/health`, `/ready` and `/status` to those who watch the process. */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { host = '127.0.0.1', port } = options;
  const { createServer } = await import('node:http'); // loads all of Node's fetch with it: only for who serves
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(response, json(405, { error: 'only GET is answered' }));
      return;
    }
    pageAt(request.url ?? '/', options).then(
      (page) => send(response, page),
      (error: unknown) => send(response, json(500, { error: String(error) })),
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, close, [Symbol.asyncDispose]: close };
}

async function pageAt(url: string, { metrics, health, ready, status, pages }: HealthServerOptions): Promise<Page> {
  const [path = '/', query = ''] = url.split('?', 2);
  switch (path) {
    case '/metrics':
      return exposed(await metrics.expose());
    case '/health':
      return verdictPage(await health());
    case '/ready':
      return verdictPage(await ready());
    case '/status':
      return json(200, await status());
    default: {
      const extra = await pages?.(path, new URLSearchParams(query));
      if (extra) return json(extra.code, extra.body);
      return json(404, { error: 'not found', pages: ['/metrics', '/health', '/ready', '/status'] });
    }
  }
}

/** Labels are text, too. */
function exposed({ contentType, body }: Omit<Page, 'code'>): Page {
  return { code: 200, contentType, body: redactText(body) };
}

function verdictPage(given: Verdict): Page {
  return json(given.ok ? 200 : 503, given);
}

function json(code: number, value: unknown): Page {
  const body = JSON.stringify(value ?? null, (_key, member) => (typeof member === 'bigint' ? `${member}` : member));
  return { code, contentType: 'application/json', body: `${redactText(body)}\n` };
}

function send(response: ServerResponse, { code, contentType, body }: Page): void {
  response.writeHead(code, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
}
