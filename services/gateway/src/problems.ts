import type { Socket } from 'node:net';
import { ExpectedError, isExpectedError } from '@virtualchain/kernel';
import { redactText } from '@virtualchain/process';
import { FeedGone } from '@virtualchain/subscriptions';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** RFC 9457, with our code. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Of FEED_GONE: where to go on. */
  readonly resume?: { readonly after: string | null };
}

/** The block that pages of a list are read at was taken back: what came before may not fit what would come now. */
export class PageGone extends ExpectedError {
  override readonly name = 'PageGone';
  readonly code = 'PAGE_GONE';
  readonly remedy = 'rewind';
}

/** There is nothing of that name, height or hash. */
export class NotThere extends ExpectedError {
  override readonly name = 'NotThere';
  readonly code = 'NOT_FOUND';
  readonly remedy = 'halt';
}

/** Something else than GET was asked, where only webhooks take more. */
export class MethodNotAllowed extends ExpectedError {
  override readonly name = 'MethodNotAllowed';
  readonly code = 'METHOD_NOT_ALLOWED';
  readonly remedy = 'halt';
}

/** One address asks more often than it may. */
export class RateLimited extends ExpectedError {
  override readonly name = 'RateLimited';
  readonly code = 'RATE_LIMITED';
  readonly remedy = 'retry';
}

/** Status and title by code; what is not named here is 503 where a later try may help, else 500. */
const STATUSES: Readonly<Record<string, readonly [status: number, title: string]>> = {
  QUESTION_INVALID: [400, 'The question cannot be read'],
  ADDRESS_REFUSED: [400, 'The address is refused'],
  FILTER_INVALID: [400, 'The filter cannot be read'],
  TOKEN_MISSING: [401, 'A token is needed'],
  TOKEN_INVALID: [401, 'The token is not valid'],
  SCOPE_MISSING: [403, 'The token is not for that'],
  NOT_FOUND: [404, 'There is nothing there'],
  HEIGHT_OUT_OF_RANGE: [404, 'The height is not kept'],
  BLOCK_NOT_ON_BRANCH: [404, 'The block is not on the branch'],
  METHOD_NOT_ALLOWED: [405, 'Questions are asked by GET'],
  PAGE_GONE: [410, 'The block of these pages was taken back'],
  FEED_GONE: [410, 'Another build is live'],
  CURSOR_AHEAD: [409, 'The cursor is ahead of this gateway'],
  WEBHOOKS_TOO_MANY: [409, 'The token has too many webhooks'],
  SECRETS_TOO_MANY: [409, 'Too many secrets are valid'],
  UPGRADE_REQUIRED: [426, 'A WebSocket is opened here'],
  RATE_LIMITED: [429, 'Too many questions'],
  ACCESS_NOT_READY: [503, 'Webhooks are not set up here'],
  LOG_NOT_SERVED: [503, 'The log is not served here'],
  PENDING_NOT_SERVED: [503, 'Operations in no block are not served'],
  PENDING_GONE: [503, 'What waits is told anew'],
  TOO_MANY_SUBSCRIBERS: [503, 'Too many subscribers'],
  SLOW_READER: [503, 'The subscriber takes nothing'],
  GATEWAY_STOPPING: [503, 'The gateway stops'],
  VERSION_DIFFERS: [503, 'The live build has other rules'],
  PARAMETERS_DIFFER: [503, 'The live build has other parameters'],
  LAYOUT_DIFFERS: [503, 'The live build is laid out otherwise'],
  DATABASE_UNAVAILABLE: [503, 'The database is away'],
  DATABASE_BUSY: [503, 'The database is busy'],
  DATABASE_REFUSED: [503, 'The database refuses'],
};

export function problem(code: string, detail: string, fallback = 500): Problem {
  const [status, title] = STATUSES[code] ?? [fallback, 'It went wrong here'];
  return { type: 'about:blank', title, status, code, detail };
}

/** How a failure is told; `BUG` where it was not foreseen. */
export function problemOf(error: FastifyError | Error): Problem {
  if (isExpectedError(error)) {
    const told = problem(error.code, redactText(error.message), error.remedy === 'retry' ? 503 : 500);
    return error instanceof FeedGone ? { ...told, resume: { after: error.block } } : told;
  }
  const { statusCode, validation, message } = error as FastifyError;
  if (validation !== undefined) return problem('QUESTION_INVALID', message);
  if (statusCode !== undefined && statusCode < 500) return problem('QUESTION_INVALID', message, statusCode);
  return problem('BUG', 'a bug: it is in the log of the gateway');
}

/** An address that is none, before any question is found. */
export function tellFrameworkProblem(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  void sendProblem(reply, problem('QUESTION_INVALID', error.message));
}

/** What cannot be read as a request at all, such as an address that is too long: told before there is one. */
export function tellClientProblem(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return;
  const [status, reason] = UNREADABLE[error.code ?? ''] ?? [400, 'Bad Request'];
  const body = JSON.stringify({ ...problem('QUESTION_INVALID', `the request cannot be read: ${reason}`), status });
  const head = `content-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${head}\r\n\r\n${body}`);
}

const UNREADABLE: Readonly<Record<string, readonly [status: number, reason: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
};

/** Every failure is told as `application/problem+json`; a bug by its place in the log alone. */
export function tellProblems(server: FastifyInstance, onBug: (error: unknown) => void): void {
  server.setErrorHandler((error: FastifyError, _request, reply) => {
    const told = problemOf(error);
    if (told.code === 'BUG') onBug(error);
    return sendProblem(reply, told);
  });
  // Before a body is looked at.
  server.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD' || !request.is404) return;
    reply.header('allow', 'GET, HEAD');
    throw new MethodNotAllowed(
      `${request.method}: every question is a GET; webhooks alone are changed by POST and DELETE`,
    );
  });
  server.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      problem(
        'NOT_FOUND',
        `${request.method} ${request.url.split('?')[0]}: there is no such question; see /openapi.json`,
      ),
    ),
  );
}

const TOLD = new WeakMap<FastifyReply, string>();

/** The code of the problem that an answer told; null for one that told none. */
export function codeTold(reply: FastifyReply): string | null {
  return TOLD.get(reply) ?? null;
}

function sendProblem(reply: FastifyReply, told: Problem): FastifyReply {
  TOLD.set(reply, told.code);
  return reply
    .code(told.status)
    .type('application/problem+json')
    .header('cache-control', 'no-store')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(told);
}
