import { timingSafeEqual } from 'node:crypto';
import { bytesToHex, sha256 } from '@virtualchain/bitcoin';
import type { ChainView } from '../chain/block-tree.ts';
import { answerCall, type Call, type CallAnswer } from './calls.ts';
import type { Methods } from './methods.ts';
import { RPC_CODES } from './rpc-error.ts';

/** What is sent back for a request. */
export interface Reply {
  readonly statusCode: number;
  readonly type: string;
  readonly body: Uint8Array;
}

/** An answer in plain text. */
export function plainReply(statusCode: number, body: string): Reply {
  return { statusCode, type: 'text/plain', body: Buffer.from(body) };
}

/** An answer in JSON. */
export function jsonReply(statusCode: number, value: unknown): Reply {
  return { statusCode, type: 'application/json', body: Buffer.from(`${JSON.stringify(value)}\n`) };
}

/** Whether a request has the login `user:password`. Takes as long for a wrong one. */
export function isAuthorized(login: string, authorization: string | undefined): boolean {
  const digest = (text: string) => sha256(Buffer.from(text));
  return timingSafeEqual(digest(`Basic ${Buffer.from(login).toString('base64')}`), digest(authorization ?? ''));
}

/** The call or the calls of a body; null where it is no JSON. */
export function readCalls(body: string): Call | readonly Call[] | null {
  try {
    return JSON.parse(body) as Call | readonly Call[];
  } catch {
    return null;
  }
}

/** Answers a body of JSON-RPC: one call, or several, whose answers come in their order. */
export function rpcReply(methods: Methods, body: string): Reply {
  const calls = readCalls(body);
  if (calls === null)
    return jsonReply(500, { result: null, error: { code: RPC_CODES.parse, message: 'Parse error' }, id: null });
  if (!Array.isArray(calls)) {
    const { statusCode, answer } = answerCall(methods, calls as Call);
    return jsonReply(statusCode, answer);
  }
  return jsonReply(
    200,
    (calls as readonly Call[]).map((call): CallAnswer => answerCall(methods, call).answer),
  );
}

/** Answers REST: blocks and transactions, as bytes or as hex. */
export function restReply(view: ChainView, path: string): Reply {
  const [, what, hash = '', format] = /^\/rest\/(block|tx)\/([0-9a-f]{64})\.(bin|hex)$/.exec(path) ?? [];
  if (what === undefined) return plainReply(404, '');
  const bytes = what === 'block' ? view.known(hash)?.bytes : view.transaction(hash)?.transaction.bytes;
  if (bytes === undefined) return plainReply(404, `${hash} not found\r\n`);
  if (format === 'hex') return plainReply(200, `${bytesToHex(bytes)}\n`);
  return { statusCode: 200, type: 'application/octet-stream', body: bytes };
}
