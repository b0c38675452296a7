import { createRegtestNode, type RegtestNodeOptions } from './node.ts';
import { type RpcServer, serveRpc } from './rpc/server.ts';

/** Where a node listens, beside what it keeps. */
export interface OpenNodeOptions extends RegtestNodeOptions {
  /** On 127.0.0.1; any that is free when absent. */
  readonly port?: number;
  /** User name and password, `user:password`. */
  readonly login: string;
}

/** A node that answers on HTTP. Disposing of it ends it. */
export interface OpenNode extends AsyncDisposable {
  /** With the login: `http://user:password@127.0.0.1:port`. */
  readonly url: string;
}

/** Starts a node in this process, on 127.0.0.1 alone. */
export async function startRegtestNode({ port = 0, login, ...options }: OpenNodeOptions): Promise<OpenNode> {
  const node = createRegtestNode(options);
  const { view, methods } = node;
  let server: RpcServer;
  try {
    server = await serveRpc({ view, methods, login, port });
  } catch (error) {
    node[Symbol.dispose]();
    throw error;
  }
  return {
    url: `http://${login.split(':').map(encodeURIComponent).join(':')}@127.0.0.1:${server.port}`,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      node[Symbol.dispose]();
    },
  };
}
