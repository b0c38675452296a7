import { createHmac } from 'node:crypto';

/** What is signed. */
export interface Signed {
  /** Of the delivery; the same at every try. */
  readonly id: string;
  readonly body: Uint8Array;
  /** The secrets that are valid, newest first: each signs. */
  readonly secrets: readonly Uint8Array[];
  /** Milliseconds since 1970, of this try. */
  readonly now: number;
}

/**
 * The headers of a delivery, as Standard Webhooks has them: HMAC-SHA256 over `id.timestamp.body`, in base64, one `v1,…` for each secret,
 * so that a receiver that knows any of them takes it. The time is that of this try: a receiver may refuse what is old.
 */
export function signedHeaders({ id, body, secrets, now }: Signed): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1_000));
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body);
    return `v1,${mac.digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
