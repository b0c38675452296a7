import { isUntrustedCertificate } from '@virtualchain/kernel';
import {
  NodeBusy,
  NodeReplyInvalid,
  NodeTimeout,
  NodeUnauthorized,
  NodeUnreachable,
  NodeUntrusted,
} from '../errors.ts';
import { parseExactJson } from './exact-json.ts';

/** What a node answered to one call. */
export type RpcOutcome =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly code: number; readonly message: string };

/** The parts of a `request` response that are read here. */
export interface HttpReply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | Uint8Array;
  readonly request: { readonly body?: string | Uint8Array };
}

/** RPC_IN_WARMUP: the node is still loading. */
const inWarmup = -28;

/**
 * Reads the reply to one call or to a batch, in either dialect: Bitcoin Core says errors with HTTP 500 or 404, btcd with
 * 200. Each answer must have the id of its call; a batch may come in any order.
 * @throws NodeBusy, NodeUnauthorized, NodeReplyInvalid
 */
export function readRpcReply(node: string, reply: HttpReply): RpcOutcome | readonly RpcOutcome[] {
  refuseStatus(node, reply);
  const sent = JSON.parse(String(reply.request.body)) as { readonly id: string } | readonly { readonly id: string }[];
  const answer = parseBody(node, reply);
  if (!isArray(sent)) return readAnswer(node, answer, sent.id);
  if (!isArray(answer)) {
    const { error } = (answer ?? {}) as { readonly error?: unknown };
    throw new NodeReplyInvalid(
      node,
      `a batch was answered by one reply (HTTP ${reply.statusCode}): ${shortText(error)}`,
    );
  }
  const byId = new Map(answer.map((each) => [(each as { readonly id?: unknown } | null)?.id, each]));
  return sent.map(({ id }) => readAnswer(node, byId.get(id), id));
}

function isArray<Element>(value: unknown | readonly Element[]): value is readonly Element[] {
  return Array.isArray(value);
}

/** What the node did not like, and what helps. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [401, 'it refused the login: correct user name and password in its URL, or name its cookie file'],
  [
    403,
    'it does not let us in: allow our address with its setting rpcallowip, and the calls of the user with rpcwhitelist',
  ],
]);

function refuseStatus(node: string, { statusCode, body }: HttpReply): void {
  const refusal = REFUSALS.get(statusCode);
  if (refusal !== undefined) throw new NodeUnauthorized(node, `HTTP ${statusCode}, ${refusal}`);
  if (statusCode === 503) throw new NodeBusy(node, `HTTP 503 ${shortText(String(body))}`);
}

function parseBody(node: string, { statusCode, body }: HttpReply): unknown {
  const text = String(body);
  try {
    return parseExactJson(text);
  } catch {
    throw new NodeReplyInvalid(
      node,
      `HTTP ${statusCode} with ${text.length} characters that are not JSON: ${shortText(text)}`,
    );
  }
}

function readAnswer(node: string, answer: unknown, id: string): RpcOutcome {
  if (typeof answer !== 'object' || answer === null) throw new NodeReplyInvalid(node, `no answer to call ${id}`);
  const {
    id: answeredId,
    result,
    error,
  } = answer as { readonly id?: unknown; readonly result?: unknown; readonly error?: unknown };
  const failure = readError(error);
  // An error may come before the node has read the id.
  if (answeredId !== id && !(failure !== null && answeredId === null)) {
    throw new NodeReplyInvalid(node, `answer to call ${shortText(answeredId)}, not to ${id}`);
  }
  if (failure !== null) {
    if (failure.code === inWarmup) throw new NodeBusy(node, failure.message);
    return failure;
  }
  if (error !== undefined && error !== null)
    throw new NodeReplyInvalid(node, `an error without a code: ${shortText(error)}`);
  if (result === undefined) throw new NodeReplyInvalid(node, `neither result nor error in the answer to call ${id}`);
  return { kind: 'result', result };
}

function readError(error: unknown): (RpcOutcome & { readonly kind: 'error' }) | null {
  if (typeof error !== 'object' || error === null) return null;
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return typeof code === 'number' ? { kind: 'error', code, message: String(message) } : null;
}

/** Bytes that REST gave, or why not: a node has no REST, or not this block. */
export type RestOutcome =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'absent'; readonly statusCode: number };

/** How nodes, and what stands before hosted ones, say so. */
const NO_REST: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 501]);

/** @throws NodeBusy, NodeReplyInvalid */
export function readRestReply(node: string, { statusCode, headers, body }: HttpReply): RestOutcome {
  if (NO_REST.has(statusCode)) return { kind: 'absent', statusCode };
  if (statusCode === 503) throw new NodeBusy(node, 'HTTP 503 from REST');
  if (statusCode !== 200 || !(body instanceof Uint8Array))
    throw new NodeReplyInvalid(node, `HTTP ${statusCode} from REST`);
  const announced = headers['content-length'];
  if (announced !== undefined && Number(announced) !== body.length) {
    throw new NodeReplyInvalid(node, `${body.length} bytes from REST where ${announced} were announced`);
  }
  return { kind: 'bytes', bytes: body };
}

/** What the HTTP client could not do, as an error with a name. */
export function connectionError(node: string, error: unknown): NodeTimeout | NodeUnreachable | NodeUntrusted {
  const { code = '', message } = error as { readonly code?: string; readonly message?: string };
  if (isUntrustedCertificate(code)) return new NodeUntrusted(node, `${message} (${code})`);
  const text = [code, message].filter(Boolean).join(' ');
  return code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT'
    ? new NodeTimeout(node, text)
    : new NodeUnreachable(node, text);
}

function shortText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.slice(0, 120);
}
