import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { createBackOff, isExpectedError, wallClock } from '@virtualchain/kernel';
import Client from 'bitcoin-core';
import pLimit from 'p-limit';
import { NodeBusy, NodeRpcError, NodeUnauthorized, NodeUnreachable } from '../errors.ts';
import { BUSY_RETRIES_MAX, BUSY_RETRY, CALLS_IN_FLIGHT_MAX, RPC_TIMEOUT_MS, SLOW_RPC_TIMEOUT_MS } from '../limits.ts';
import { type Login, loginSource } from './login.ts';
import { type NodeAddress, nodeAddress } from './node-url.ts';
import {
  connectionError,
  type HttpReply,
  type RestOutcome,
  type RpcOutcome,
  readRestReply,
  readRpcReply,
} from './rpc-reply.ts';

/** One call of JSON-RPC. */
export interface RpcCall {
  readonly method: string;
  readonly parameters: readonly unknown[];
}

/** How the node is spoken to: its login, times in milliseconds, how many calls at once. */
export interface RpcOptions {
  /** Where the node writes its login at every start; for a URL without one. */
  readonly cookieFile?: string | undefined;
  /** Without a byte for so long, a call has failed. */
  readonly rpcTimeoutMs?: number;
  /** More at once make Core answer 503. */
  readonly callsInFlightMax?: number;
  /** How often a call is made again that the node was too busy for. */
  readonly busyRetriesMax?: number;
}

/** JSON-RPC and REST of one node. Every failure is a typed error; "not found" is for the caller to tell from it. */
export interface NodeRpc extends AsyncDisposable {
  /** Host and port, without credentials. */
  readonly label: string;
  /** @throws NodeRpcError and the other node errors */
  call(method: string, ...parameters: readonly unknown[]): Promise<unknown>;
  /** One HTTP request; the outcomes are in the order of the calls. Errors of single calls are values. */
  batch(calls: readonly RpcCall[]): Promise<readonly RpcOutcome[]>;
  restBlock(hash: string): Promise<RestOutcome>;
  close(): Promise<void>;
}

/**
 * Opens the JSON-RPC of `http://user:password@host:port/path`, or of a URL without a login and a cookie file. Nothing is sent
 * yet.
 *
 * @throws NodeUrlInvalid, NodeCredentialsTwice
 */
export function openRpc(url: string, options: RpcOptions = {}): NodeRpc {
  const address = nodeAddress(url);
  const { label } = address;
  const login = loginSource(address, options.cookieFile);
  const limited = pLimit(options.callsInFlightMax ?? CALLS_IN_FLIGHT_MAX);
  const busyRetriesMax = options.busyRetriesMax ?? BUSY_RETRIES_MAX;
  const timeoutMs = options.rpcTimeoutMs ?? RPC_TIMEOUT_MS;
  const { client, agent } = openClient(address, timeoutMs);

  async function attempt<Result>(send: () => Promise<Result>, withoutByteMs = timeoutMs): Promise<Result> {
    let wasCutOff = false;
    let renewed: Login | null = null;
    const waits = createBackOff(BUSY_RETRY);
    for (let busy = 0; ; ) {
      const used = renewed ?? (await login.known());
      try {
        return await limited(() => {
          // Both are read by the client before it waits for anything.
          client.auth = used;
          client.timeout = withoutByteMs;
          return send();
        });
      } catch (cause) {
        const error = isExpectedError(cause) ? cause : connectionError(label, cause);
        if (error instanceof NodeUnauthorized && renewed === null) {
          renewed = await login.after(used);
          if (renewed !== null) continue;
        }
        // The node may have closed an idle connection just when it was used again; every call here can be repeated.
        const isCutOff = error instanceof NodeUnreachable && CUT_OFF.test(error.message) && !wasCutOff;
        if (isCutOff) wasCutOff = true;
        else if (error instanceof NodeBusy && busy++ < busyRetriesMax) await wallClock.sleep(waits.nextMs());
        else throw error;
      }
    }
  }

  return {
    label,
    async call(method, ...parameters) {
      const withoutByteMs = SLOW_METHODS.has(method) ? SLOW_RPC_TIMEOUT_MS : timeoutMs;
      const outcome = (await attempt(() => client.command(method, ...parameters), withoutByteMs)) as RpcOutcome;
      if (outcome.kind === 'result') return outcome.result;
      throw new NodeRpcError(label, method, outcome.code, outcome.message);
    },
    async batch(calls) {
      if (calls.length === 0) return [];
      return (await attempt(() => client.command(calls))) as readonly RpcOutcome[];
    },
    restBlock: (hash) => attempt(() => client.getBlockByHash(hash, { extension: 'bin' })),
    async close() {
      agent.destroy();
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
    },
  };
}

const SLOW_METHODS: ReadonlySet<string> = new Set(['scantxoutset']);

const CUT_OFF = /ECONNRESET|EPIPE|socket hang up/;

/** What is used of the client of `bitcoin-core`, with the types that the overrides below give it. */
interface BitcoinCoreClient {
  auth: Login | null;
  timeout: number;
  command(...call: readonly unknown[]): Promise<unknown>;
  getBlockByHash(hash: string, options: { readonly extension: 'bin' }): Promise<RestOutcome>;
  request: HttpClient & { getAsync?: SendHttp; postAsync?: SendHttp };
  requester: { prepare(call: { readonly method: string; readonly parameters?: readonly unknown[] }): unknown };
  parser: { rpc(reply: HttpReply): unknown; rest(extension: string, reply: HttpReply): RestOutcome };
}

interface HttpClient {
  defaults(options: Readonly<Record<string, unknown>>): HttpClient;
  get: SendWithCallback;
  post: SendWithCallback;
}

interface HttpRequest {
  readonly url?: string;
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeout?: number;
}

type SendWithCallback = (options: HttpRequest, done: (error: unknown, reply: HttpReply) => void) => void;
type SendHttp = (options: HttpRequest) => Promise<HttpReply>;

/** Not imported: an import of `node:http` loads all of Node's fetch with it. */
const builtIn = process.getBuiltinModule;

const requireFromClient = createRequire(createRequire(import.meta.url).resolve('bitcoin-core'));

/**
 * The client of `bitcoin-core`, made fit for real nodes (see the README):
 * `requester.prepare` says JSON-RPC 1.0 and gives every call its own id; `parser` compares the ids, reads both dialects
 * and keeps numbers exact; and `request` is taken without the logger around it, which parses every body twice and
 * crashes the process on a batch reply with an unknown id, and with an agent that keeps connections.
 */
function openClient({ isSecure, label, origin, path }: NodeAddress, rpcTimeoutMs: number) {
  const client = new Client({ host: origin, logger: { debug: () => {} } }) as unknown as BitcoinCoreClient;
  const { Agent } = isSecure ? builtIn('node:https') : builtIn('node:http');
  const agent = new Agent({ keepAlive: true });

  const idPrefix = randomBytes(6).toString('hex');
  let calls = 0;
  client.requester.prepare = ({ method, parameters = [] }) => {
    calls += 1;
    return { jsonrpc: '1.0', id: `${idPrefix}-${calls}`, method, params: parameters };
  };
  client.parser = {
    rpc: (reply) => readRpcReply(label, reply),
    rest: (_extension, reply) => readRestReply(label, reply),
  };
  // A node does not send us elsewhere, with its login perhaps.
  const followRedirect = false;
  const http = (requireFromClient('request') as HttpClient).defaults({ timeout: rpcTimeoutMs, agent, followRedirect });
  // The client knows no path of a node's own, and leaves out an empty user name.
  const get: SendWithCallback = (options, done) =>
    http.get({ ...options, url: `${origin}${path.replace(/\/$/, '')}${options.url}` }, done);
  const post: SendWithCallback = ({ body }, done) => {
    const { auth, timeout } = client;
    const headers = auth === null ? {} : { authorization: `Basic ${base64(`${auth.user}:${auth.pass}`)}` };
    http.post({ url: `${origin}${path}`, body, headers, timeout }, done);
  };
  client.request = Object.assign(http, { getAsync: promised(get), postAsync: promised(post) });
  return { client, agent };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function promised(send: SendWithCallback): SendHttp {
  return (options) =>
    new Promise((resolve, reject) => {
      send(options, (error, reply) => (error ? reject(error) : resolve(reply)));
    });
}
