import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  type Call,
  type CallAnswer,
  CORE_SETTINGS,
  type CoreSettings,
  isAuthorized,
  jsonReply,
  plainReply,
  type Reply,
  readCalls,
  restReply,
} from '@virtualchain/regtest-node';
import { coreAnswer } from './core-dialect.ts';
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
  const script: Script = {
    model,
    settings: { ...CORE_SETTINGS, ...settings },
    calls: [],
    faults: [],
    login: firstLogin,
  };
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

async function replyTo(script: Script, request: IncomingMessage): Promise<SpoiltReply> {
  const body = await text(request);
  if (request.url?.startsWith('/rest/')) {
    script.calls.push('rest');
    return blockReply(script, request.url, faultFor(script, ['rest']));
  }
  if (!isAuthorized(script.login, request.headers.authorization)) return plain(401, '');
  const asked = readCalls(body);
  if (asked === null) return plain(500, 'Parse error');
  const methods = (isBatch(asked) ? asked : [asked]).map(({ method }) => String(method));
  script.calls.push(...methods);
  return callsReply(script, asked, faultFor(script, methods));
}

function blockReply({ model, settings }: Script, url: string, fault: Fault | null): SpoiltReply {
  if (fault === 'busy') return plain(503, 'Work queue depth exceeded');
  return settings.hasRest ? { ...restReply(model, url), fault } : plain(404, '');
}

function callsReply({ model, settings }: Script, asked: Call | readonly Call[], fault: Fault | null): SpoiltReply {
  if (fault === 'http-500') return plain(500, 'Internal Server Error');
  if (fault === 'busy') return plain(503, 'Work queue depth exceeded');
  if (fault === 'empty') return plain(200, '');
  if (fault === 'html') return plain(200, '<html><body>proxy</body></html>');
  const spoilt = (answer: CallAnswer): CallAnswer => (fault === 'wrong-id' ? { ...answer, id: 'x' } : answer);
  if (!isBatch(asked)) {
    const { statusCode, answer } = coreAnswer(model, settings, asked);
    return { ...jsonReply(statusCode, spoilt(answer)), fault };
  }
  const answers = asked.map((call) => spoilt(coreAnswer(model, settings, call).answer));
  const [first] = answers;
  if (fault === 'batch-error' && first !== undefined) {
    answers[0] = { result: null, error: { code: -8, message: 'injected' }, id: first.id };
  }
  return { ...jsonReply(200, answers.reverse()), fault }; // Any order is allowed: a client has to go by the ids.
}

/** A reply, and what goes wrong with its bytes on the wire. */
interface SpoiltReply extends Reply {
  readonly fault: Fault | null;
}

function isBatch(asked: Call | readonly Call[]): asked is readonly Call[] {
  return Array.isArray(asked);
}

function plain(statusCode: number, body: string): SpoiltReply {
  return { ...plainReply(statusCode, body), fault: null };
}

function send(response: ServerResponse, { statusCode, type, body, fault }: SpoiltReply): void {
  if (fault === 'timeout') return;
  if (fault === 'connection-reset') {
    response.socket?.destroy();
    return;
  }
  response.writeHead(statusCode, { 'content-type': type, 'content-length': body.length });
  if (fault === 'cut-body') response.write(body.subarray(0, body.length / 2), () => response.destroy());
  else response.end(body);
}
