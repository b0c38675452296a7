import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CoreAnswer, type CoreCall, type CoreSettings, coreAnswer } from './core-dialect.ts';
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
  /** User name and password, `user:password`. It may change, as a cookie does when a node starts again. */
  login: string;
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

const firstLogin = 'vchain:secret';

const SETTINGS: CoreSettings = {
  chain: 'regtest',
  hasRest: true,
  hasIndex: true,
  isIndexBuilding: false,
  version: 300_000,
  initialBlockDownload: false,
  headers: null,
  zmqAddress: null,
  pruneHeight: null,
};

/** What the node answers from, and what it was asked. */
interface Script {
  readonly model: NodeModel;
  readonly settings: CoreSettings;
  readonly calls: string[];
  readonly faults: PlannedFault[];
  login: string;
}

export async function startScriptedNode(
  settings: Partial<CoreSettings> = {},
  model: NodeModel = createNodeModel(),
): Promise<ScriptedNode> {
  const script: Script = { model, settings: { ...SETTINGS, ...settings }, calls: [], faults: [], login: firstLogin };
  const counts = { inFlight: 0, inFlightMax: 0, connections: 0 };
  const server = createServer((request, response) => {
    counts.inFlight += 1;
    counts.inFlightMax = Math.max(counts.inFlightMax, counts.inFlight);
    response.on('close', () => {
      counts.inFlight -= 1;
    });
    replyTo(script, request)
      .catch((error: unknown) => plain(500, String(error)))
      .then((reply) => send(response, reply));
  });
  server.on('connection', () => {
    counts.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://${firstLogin}@127.0.0.1:${port}`,
    get login() {
      return script.login;
    },
    set login(login) {
      script.login = login;
    },
    model,
    settings: script.settings,
    calls: script.calls,
    get inFlightMax() {
      return counts.inFlightMax;
    },
    get connections() {
      return counts.connections;
    },
    fail(fault, { times = 1, method } = {}) {
      script.faults.push({ fault, times, method });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The fault that is next for one of these methods, which is used up by it. */
function faultFor({ faults }: Script, methods: readonly string[]): Fault | null {
  const planned = faults.find(({ times, method }) => times > 0 && (method === undefined || methods.includes(method)));
  if (planned === undefined) return null;
  planned.times -= 1;
  return planned.fault;
}

async function replyTo(script: Script, request: IncomingMessage): Promise<Reply> {
  const body = await text(request);
  if (request.url?.startsWith('/rest/')) {
    script.calls.push('rest');
    return restReply(script, request.url, faultFor(script, ['rest']));
  }
  const wanted = `Basic ${Buffer.from(script.login).toString('base64')}`;
  if (request.headers.authorization !== wanted) return plain(401, '');
  const asked = JSON.parse(body) as CoreCall | readonly CoreCall[];
  const methods = (isBatch(asked) ? asked : [asked]).map(({ method }) => method);
  script.calls.push(...methods);
  return rpcReply(script, asked, faultFor(script, methods));
}

function restReply({ model, settings }: Script, url: string, fault: Fault | null): Reply {
  const known = model.known(/\/rest\/block\/([0-9a-f]{64})\.bin$/.exec(url)?.[1] ?? '');
  if (fault === 'busy') return plain(503, 'Work queue depth exceeded');
  if (!settings.hasRest || known === null) return plain(404, settings.hasRest ? 'not found\r\n' : '');
  return { statusCode: 200, type: 'application/octet-stream', body: known.bytes, fault };
}

function rpcReply({ model, settings }: Script, asked: CoreCall | readonly CoreCall[], fault: Fault | null): Reply {
  if (fault === 'http-500') return plain(500, 'Internal Server Error');
  if (fault === 'busy') return plain(503, 'Work queue depth exceeded');
  if (fault === 'empty') return plain(200, '');
  if (fault === 'html') return plain(200, '<html><body>proxy</body></html>');
  const spoiled = (answer: CoreAnswer): CoreAnswer => (fault === 'wrong-id' ? { ...answer, id: 'x' } : answer);
  if (!isBatch(asked)) {
    const { statusCode, answer } = coreAnswer(model, settings, asked);
    return json(statusCode, spoiled(answer), fault);
  }
  const answers = asked.map((call) => spoiled(coreAnswer(model, settings, call).answer));
  const [first] = answers;
  if (fault === 'batch-error' && first !== undefined) {
    answers[0] = { result: null, error: { code: -8, message: 'injected' }, id: first.id };
  }
  return json(200, answers.reverse(), fault); // Any order is allowed: a client has to go by the ids.
}

interface Reply {
  readonly statusCode: number;
  readonly type: string;
  readonly body: Uint8Array;
  /** Of these, what goes wrong with the bytes on the wire. */
  readonly fault: Fault | null;
}

function isBatch(asked: CoreCall | readonly CoreCall[]): asked is readonly CoreCall[] {
  return Array.isArray(asked);
}

function plain(statusCode: number, body: string): Reply {
  return { statusCode, type: 'text/plain', body: Buffer.from(body), fault: null };
}

function json(statusCode: number, value: unknown, fault: Fault | null): Reply {
  return { statusCode, type: 'application/json', body: Buffer.from(JSON.stringify(value)), fault };
}

function send(response: ServerResponse, { statusCode, type, body, fault }: Reply): void {
  if (fault === 'timeout') return;
  if (fault === 'connection-reset') {
    response.socket?.destroy();
    return;
  }
  response.writeHead(statusCode, { 'content-type': type, 'content-length': body.length });
  if (fault === 'cut-body') response.write(body.subarray(0, body.length / 2), () => response.destroy());
  else response.end(body);
}
