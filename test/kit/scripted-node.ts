import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CoreCall, type CoreSettings, coreAnswer } from './core-dialect.ts';
import { createNodeModel, type NodeModel } from './node-model.ts';

/** What can be made to go wrong with the next replies. */
export type Fault =
  | 'http-500'
  | 'busy'
  | 'timeout'
  | 'cut-body'
  | 'empty'
  | 'html'
  | 'wrong-id'
  | 'batch-error'
  | 'connection-reset';

/** A real HTTP server that speaks as Bitcoin Core does, over a model in memory. */
export interface ScriptedNode extends AsyncDisposable {
  readonly url: string;
  readonly model: NodeModel;
  readonly settings: CoreSettings;
  /** Methods of every call that arrived, in order; REST as `rest`. */
  readonly calls: readonly string[];
  /** Most calls that were open at once. */
  readonly inFlightMax: number;
  /** Connections that were ever opened. */
  readonly connections: number;
  /** The next `times` replies to `method` (any, when absent) go wrong in this way. */
  fail(fault: Fault, options?: { readonly times?: number; readonly method?: string }): void;
}

interface PlannedFault {
  readonly fault: Fault;
  readonly method: string | undefined;
  times: number;
}

const credentials = 'vchain:secret';

export async function startScriptedNode(settings: Partial<CoreSettings> = {}): Promise<ScriptedNode> {
  const model = createNodeModel();
  const current: CoreSettings = {
    chain: 'regtest',
    hasRest: true,
    hasIndex: true,
    version: 300_000,
    initialBlockDownload: false,
    pruneHeight: null,
    ...settings,
  };
  const calls: string[] = [];
  const faults: PlannedFault[] = [];
  const counts = { inFlight: 0, inFlightMax: 0, connections: 0 };

  function faultFor(methods: readonly string[]): Fault | null {
    const planned = faults.find(({ times, method }) => times > 0 && (method === undefined || methods.includes(method)));
    if (planned === undefined) return null;
    planned.times -= 1;
    return planned.fault;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (request.url?.startsWith('/rest/')) {
      calls.push('rest');
      return answerRest(request.url, faultFor(['rest']), response);
    }
    if (request.headers.authorization !== `Basic ${Buffer.from(credentials).toString('base64')}`) {
      return reply(response, 401, '');
    }
    const asked = JSON.parse(body) as CoreCall | readonly CoreCall[];
    const methods = (Array.isArray(asked) ? (asked as CoreCall[]) : [asked as CoreCall]).map(({ method }) => method);
    calls.push(...methods);
    return answerRpc(asked, faultFor(methods), response);
  }

  function answerRest(url: string, fault: Fault | null, response: ServerResponse): void {
    const known = model.known(/\/rest\/block\/([0-9a-f]{64})\.bin$/.exec(url)?.[1] ?? '');
    if (fault === 'busy') return reply(response, 503, 'Work queue depth exceeded');
    if (!current.hasRest || known === null) return reply(response, 404, current.hasRest ? 'not found\r\n' : '');
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': known.bytes.length });
    if (fault === 'cut-body') response.write(known.bytes.subarray(0, 100), () => response.destroy());
    else response.end(known.bytes);
  }

  function answerRpc(asked: CoreCall | readonly CoreCall[], fault: Fault | null, response: ServerResponse): void {
    if (fault === 'timeout') return;
    if (fault === 'connection-reset') return void response.socket?.destroy();
    if (fault === 'http-500') return reply(response, 500, 'Internal Server Error', 'text/html');
    if (fault === 'busy') return reply(response, 503, 'Work queue depth exceeded', 'text/html');
    if (fault === 'empty') return reply(response, 200, '');
    if (fault === 'html') return reply(response, 200, '<html><body>proxy</body></html>', 'text/html');
    if (Array.isArray(asked)) {
      const answers = (asked as readonly CoreCall[]).map((call) => coreAnswer(model, current, call).answer);
      if (fault === 'batch-error') answers[0] = { result: null, error: { code: -8, message: 'injected' }, id: answers[0]?.id };
      // Core may answer in any order; a client has to go by the ids.
      return send(response, 200, fault === 'wrong-id' ? answers.map((each) => ({ ...each, id: 'x' })) : answers.reverse(), fault);
    }
    const { statusCode, answer: single } = coreAnswer(model, current, asked as CoreCall);
    send(response, statusCode, fault === 'wrong-id' ? { ...single, id: 'x' } : single, fault);
  }

  const server = createServer((request, response) => {
    counts.inFlight += 1;
    counts.inFlightMax = Math.max(counts.inFlightMax, counts.inFlight);
    response.on('close', () => {
      counts.inFlight -= 1;
    });
    answer(request, response).catch((error: unknown) => reply(response, 500, String(error)));
  });
  server.on('connection', () => {
    counts.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://${credentials}@127.0.0.1:${port}`,
    model,
    settings: current,
    calls,
    get inFlightMax() {
      return counts.inFlightMax;
    },
    get connections() {
      return counts.connections;
    },
    fail(fault, { times = 1, method } = {}) {
      faults.push({ fault, times, method });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function send(response: ServerResponse, statusCode: number, value: unknown, fault: Fault | null): void {
  const body = JSON.stringify(value);
  if (fault !== 'cut-body') return reply(response, statusCode, body, 'application/json');
  response.writeHead(statusCode, { 'content-type': 'application/json', 'content-length': body.length });
  response.write(body.slice(0, body.length / 2), () => response.destroy());
}

function reply(response: ServerResponse, statusCode: number, body: string, type = 'text/plain'): void {
  response.writeHead(statusCode, { 'content-type': type });
  response.end(body);
}
