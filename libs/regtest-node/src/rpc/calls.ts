import { callMethod, type Methods } from './methods.ts';
import { RPC_CODES, RpcError } from './rpc-error.ts';

/** A call as it came. */
export interface Call {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

/** As JSON-RPC 1.0 has it, where both are always there, and 2.0, where one is. */
export interface CallAnswer {
  readonly jsonrpc?: '2.0';
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string } | null;
  readonly id: unknown;
}

/**
 * One call as Bitcoin Core answers it. Under JSON-RPC 1.0 an error comes with HTTP 500, an unknown method with 404, an
 * invalid request with 400; under 2.0 always with 200.
 */
export function answerCall(methods: Methods, call: Call): { readonly statusCode: number; readonly answer: CallAnswer } {
  const { id = null, method, params, jsonrpc } = typeof call === 'object' && call !== null ? call : ({} as Call);
  const isSecond = jsonrpc === '2.0';
  try {
    if (typeof method !== 'string') throw new RpcError(RPC_CODES.invalidRequest, 'Missing method');
    const result = callMethod(methods, method, params) ?? null;
    return { statusCode: 200, answer: isSecond ? { jsonrpc, result, id } : { result, error: null, id } };
  } catch (cause) {
    if (!(cause instanceof RpcError)) throw cause;
    const error = { code: cause.rpcCode, message: cause.message };
    if (isSecond) return { statusCode: 200, answer: { jsonrpc, error, id } };
    return { statusCode: STATUS_CODES.get(cause.rpcCode) ?? 500, answer: { result: null, error, id } };
  }
}

const STATUS_CODES: ReadonlyMap<number, number> = new Map([
  [RPC_CODES.methodNotFound, 404],
  [RPC_CODES.invalidRequest, 400],
]);
