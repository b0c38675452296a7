import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FeedEntry, verifyWebhook, type WebhookDelivery } from '@virtualchain/gateway-client';

/** What came, whatever was answered. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Null where no secret that the receiver knows has signed it. */
  readonly delivery: WebhookDelivery | null;
  readonly status: number;
}

/** What a receiver answers: a status, or nothing at all. */
export type Answer =
  | number
  | { readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | 'nothing';

/** A receiver of webhooks as its reference describes one: it checks signatures, and takes each delivery once, by its id. */
export class WebhookReceiver implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const { headers } = request;
      const body = Buffer.concat(chunks).toString('utf8');
      const delivery = await verifyWebhook({ headers, body }, { secrets: this.secrets }).catch(() => null);
      const answer = delivery === null ? 401 : await this.answer(delivery);
      if (answer === 'nothing') return;
      const { status, headers: told } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
      this.received.push({ headers, body, delivery, status });
      if (delivery !== null && status < 300 && !this.#ids.has(delivery.id)) {
        this.#ids.add(delivery.id);
        this.entries.push(...delivery.entries);
      }
      response.writeHead(status, told).end();
    });
  });
  readonly #ids = new Set<string>();
  readonly received: Received[] = [];
  /** Of deliveries that were accepted, each once. */
  readonly entries: FeedEntry[] = [];
  secrets: string[] = [];
  answer: (delivery: WebhookDelivery) => Answer | Promise<Answer> = () => 204;

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await new Promise<void>((listening) => receiver.#server.listen(0, '127.0.0.1', listening));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook?key=of-the-receiver`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}
