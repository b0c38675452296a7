import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChainView } from '../chain/block-tree.ts';
import { REQUEST_BYTES_MAX, STOP_WAIT_MS } from '../limits.ts';
import { isAuthorized, plainReply, type Reply, restReply, rpcReply } from './http-reply.ts';
import type { Methods } from './methods.ts';

/** A node on HTTP. */
export interface RpcServer extends AsyncDisposable {
  /** On 127.0.0.1. */
  readonly port: number;
}

/** What is served, and to whom. */
export interface Served {
  readonly view: ChainView;
  readonly methods: Methods;
  /** `user:password`. */
  readonly login: string;
  /** Any that is free when 0. */
  readonly port: number;
}

/** Serves JSON-RPC, with a login, and REST, without one as Core does, on 127.0.0.1 alone. */
export async function serveRpc(served: Served): Promise<RpcServer> {
  const server = createServer((request, response) => {
    answer(served, request)
      .catch((error: unknown) => {
        console.error(error);
        return plainReply(500, 'Internal Server Error');
      })
      .then((reply) => send(response, reply));
  });
  server.keepAliveTimeout = 0;
  server.listen(served.port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const slow = setTimeout(() => server.closeAllConnections(), STOP_WAIT_MS);
      await closed;
      clearTimeout(slow);
    },
  };
}

async function answer({ view, methods, login }: Served, request: IncomingMessage): Promise<Reply> {
  const { method, url = '/' } = request;
  if (url.startsWith('/rest/')) return restReply(view, url.split('?')[0] ?? '');
  if (method !== 'POST') return plainReply(405, 'JSONRPC server handles only POST requests');
  if (!isAuthorized(login, request.headers.authorization)) return plainReply(401, '');
  const body = await readBody(request);
  return body === null ? plainReply(413, 'Request body too large') : rpcReply(methods, body);
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > REQUEST_BYTES_MAX) return null;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

function send(response: ServerResponse, { statusCode, type, body }: Reply): void {
  const login = statusCode === 401 ? { 'www-authenticate': 'Basic realm="jsonrpc"' } : {};
  response.writeHead(statusCode, { 'content-type': type, 'content-length': body.length, ...login });
  response.end(body);
}
