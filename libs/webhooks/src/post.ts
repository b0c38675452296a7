import type { LookupAddress, LookupOptions } from 'node:dns';
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isUntrustedCertificate } from '@virtualchain/kernel';
import type { Policy } from './address/policy.ts';
import { type Lookup, resolveChecked, systemLookup } from './address/resolve.ts';
import { readTarget } from './address/target.ts';
import { AddressRefused } from './errors.ts';
import {
  CONNECTION_KEPT_MS,
  CONNECTIONS_MAX,
  DELIVERY_TIMEOUT_MS,
  REPLY_BYTES_MAX,
  REPLY_HEAD_BYTES_MAX,
} from './limits.ts';
import { retryAfterMs } from './retry-after.ts';

/** What became of a delivery. */
export interface Outcome {
  /** Whether the receiver has it: it answered with 2xx. */
  readonly isAccepted: boolean;
  /** `HTTP_204`, or why there was no answer: a stable word that says nothing of where a name leads. */
  readonly status: string;
  /** What the receiver asks for; null where it asks for nothing. */
  readonly retryAfterMs: number | null;
}

/** Where one webhook is posted to. */
export interface PosterOptions {
  /** As its owner gave it. */
  readonly url: string;
  readonly policy: Policy;
  /** 15 s when absent. */
  readonly timeoutMs?: number;
  readonly lookup?: Lookup;
}

/** Posts to one receiver, over connections that are used again. */
export interface Poster extends Disposable {
  /** Posts JSON. Never throws: every failure is an outcome. The signal gives up. */
  post(body: Uint8Array, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Outcome>;
}

/** Opens nothing before there is something to post. */
export function createPoster({
  url,
  policy,
  timeoutMs = DELIVERY_TIMEOUT_MS,
  lookup = systemLookup,
}: PosterOptions): Poster {
  const kept = { keepAlive: true, maxSockets: CONNECTIONS_MAX, timeout: CONNECTION_KEPT_MS + timeoutMs };
  const agents = { 'http:': new HttpAgent(kept), 'https:': new HttpsAgent(kept) };
  const send = async (body: Uint8Array, headers: Readonly<Record<string, string>>, signal: AbortSignal) => {
    // The policy may be another one than that by which the webhook was registered.
    const target = readTarget(url, policy);
    const addresses = await orAborted(resolveChecked(target, policy, lookup), signal);
    const options = {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': body.length,
        'user-agent': 'virtualchain',
        ...headers,
      },
      lookup: pinnedTo(addresses),
      maxHeaderSize: REPLY_HEAD_BYTES_MAX,
      signal,
    };
    const request =
      target.protocol === 'https:'
        ? requestHttps(target, { ...options, agent: agents['https:'] })
        : requestHttp(target, { ...options, agent: agents['http:'] });
    return answerTo(request, body);
  };
  return {
    async post(body, headers, signal) {
      const limit = AbortSignal.timeout(timeoutMs);
      try {
        return await send(body, headers, AbortSignal.any([signal, limit]));
      } catch (error) {
        return { isAccepted: false, status: limit.aborted ? 'TIMEOUT' : statusOf(error), retryAfterMs: null };
      }
    },
    [Symbol.dispose]() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

/** A look-up that knows the answer: the connection goes to what was checked, whatever the name says by now. */
function pinnedTo(addresses: readonly LookupAddress[]) {
  type Done = (error: Error | null, found: string | LookupAddress[], family?: number) => void;
  return (_name: string, { all }: LookupOptions, done: Done): void => {
    const [first] = addresses;
    if (all === true) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family ?? 4);
  };
}

/** The head of the reply says it all; what follows is read a little, so that the connection can be used again. */
function answerTo(request: ClientRequest, body: Uint8Array): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  request.on('error', reject);
  request.on('response', (reply) => {
    readAway(reply);
    const { statusCode = 0, headers } = reply;
    resolve({
      // A redirect is none of our business: who registers an address names the one that takes what is posted.
      isAccepted: statusCode >= 200 && statusCode < 300,
      status: `HTTP_${statusCode}`,
      retryAfterMs: retryAfterMs(headers['retry-after'], Date.now()),
    });
  });
  request.end(body);
  return promise;
}

function readAway(reply: IncomingMessage): void {
  let bytes = 0;
  reply.on('error', () => undefined);
  reply.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > REPLY_BYTES_MAX) reply.destroy();
  });
}

function orAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', abort));
}

const STATUSES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'NAME_NOT_FOUND',
  EAI_AGAIN: 'NAME_NOT_FOUND',
  EAI_NODATA: 'NAME_NOT_FOUND',
  ECONNREFUSED: 'CONNECTION_REFUSED',
  HPE_HEADER_OVERFLOW: 'REPLY_TOO_LARGE',
};

function statusOf(error: unknown): string {
  if (error instanceof AddressRefused) return error.code;
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (name === 'AbortError') return 'GIVEN_UP';
  if (isUntrustedCertificate(code)) return 'CERTIFICATE_REFUSED';
  const text = String(code ?? '');
  if (/^(ERR_(TLS|SSL)|EPROTO)/.test(text)) return 'TLS_FAILED';
  if (text.startsWith('HPE_')) return STATUSES[text] ?? 'NO_HTTP';
  return STATUSES[text] ?? 'CONNECTION_FAILED';
}
