import type { FeedEntry } from '../entries.ts';
import { WebhookRefused } from '../errors.ts';
import { SIGNATURES_MAX, WEBHOOK_TOLERANCE_SECONDS } from '../limits.ts';

/** What came to a receiver: the headers, and the body as it came, before anything was made of it. */
export interface ReceivedWebhook {
  /** `Headers`, or an object of lower-case names as Node has it. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string | Uint8Array;
}

/** How what came is checked. */
export interface VerifyWebhookOptions {
  /** Signing secrets, `whsec_…`: while a webhook's secret is rotated, the new one and the one before it. */
  readonly secrets: string | readonly string[];
  /** How old a delivery may be, or how far ahead our clock may be behind; 300 s when absent. */
  readonly toleranceSeconds?: number;
  /** Milliseconds since 1970; the clock of this machine when absent. */
  readonly now?: number;
}

/** A delivery that its sender has signed. */
export interface WebhookDelivery {
  /** The same at every try: whoever has it already answers 2xx, and does nothing else. */
  readonly id: string;
  readonly webhook: string;
  /** Counts how often the webhook was begun anew from a cursor, and its deliveries since it is there. */
  readonly generation: number;
  readonly number: number;
  readonly chain: string;
  readonly machine: string;
  readonly entries: readonly FeedEntry[];
  /** Everything of the feed up to it is done with. */
  readonly cursor: string;
}

/**
 * Checks who sent a delivery, and when, and reads it. Signatures are compared by the platform, in a time that does not tell how much of
 * them is right. Total: whatever came is read or refused.
 *
 * @throws WebhookRefused; TypeError for a secret that is none
 */
export async function verifyWebhook(
  { headers, body }: ReceivedWebhook,
  { secrets, toleranceSeconds = WEBHOOK_TOLERANCE_SECONDS, now = Date.now() }: VerifyWebhookOptions,
): Promise<WebhookDelivery> {
  const keys = await Promise.all((typeof secrets === 'string' ? [secrets] : secrets).map(keyOf));
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = signaturesIn(headerOf(headers, 'webhook-signature'));
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookRefused('webhook-timestamp is no time in seconds since 1970');
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  if (!(await isSigned(keys, signatures, joined(`${id}.${timestamp}.`, bytes))))
    throw new WebhookRefused('none of its signatures is that of a secret that is known here');
  const ageSeconds = now / 1_000 - Number(timestamp);
  if (Math.abs(ageSeconds) > toleranceSeconds)
    throw new WebhookRefused(
      `it was sent ${Math.round(ageSeconds)} s ago, of ${toleranceSeconds}: it is old, or one of the two clocks is wrong`,
    );
  return { id, ...(readBody(bytes) as Omit<WebhookDelivery, 'id'>) };
}

const SECRET = /^whsec_([A-Za-z0-9+/]{22,}={0,2})$/;

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

function keyOf(secret: string): Promise<Key> {
  const [, base64] = SECRET.exec(secret) ?? [];
  if (base64 === undefined) throw new TypeError('a signing secret is written whsec_… and base64');
  return crypto.subtle.importKey('raw', bytesOf(base64), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

function headerOf(headers: ReceivedWebhook['headers'], name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value !== 'string' || value === '') throw new WebhookRefused(`${name} is missing`);
  return value;
}

/** Those of the version that is known; others may stand beside them. */
function signaturesIn(header: string): readonly Uint8Array<ArrayBuffer>[] {
  const all = header.split(' ').flatMap((one) => /^v1,([A-Za-z0-9+/]{43}=)$/.exec(one)?.[1] ?? []);
  return all.slice(0, SIGNATURES_MAX).map(bytesOf);
}

async function isSigned(
  keys: readonly Key[],
  signatures: readonly Uint8Array<ArrayBuffer>[],
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  for (const key of keys)
    for (const signature of signatures) if (await crypto.subtle.verify('HMAC', key, signature, signed)) return true;
  return false;
}

function joined(head: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const first = new TextEncoder().encode(head);
  const all = new Uint8Array(first.length + bytes.length);
  all.set(first);
  all.set(bytes, first.length);
  return all;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function readBody(bytes: Uint8Array): unknown {
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof body === 'object' && body !== null && Array.isArray((body as Partial<WebhookDelivery>).entries))
      return body;
  } catch {
    // told below
  }
  throw new WebhookRefused('its body is none of a webhook of virtualchain');
}
