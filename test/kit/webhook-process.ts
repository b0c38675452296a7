/**
 * A receiver of webhooks that may be killed at any time: what it takes is appended to a file, a line a delivery, before it answers; what it
 * has already it answers to and does not write again. Arguments: file, port. The signing secret is in WEBHOOK_SECRET.
 */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { verifyWebhook, type WebhookDelivery } from '@virtualchain/gateway-client';
import { keepWholeLines } from './whole-lines.ts';

const [file = '', port = ''] = process.argv.slice(2);
const secrets = process.env['WEBHOOK_SECRET'] ?? '';
const has = new Set(keepWholeLines<WebhookDelivery>(file).map(({ id }) => id));

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const received = { headers: request.headers, body: Buffer.concat(chunks) };
    const delivery = await verifyWebhook(received, { secrets }).catch(() => null);
    if (delivery !== null && !has.has(delivery.id)) {
      appendFileSync(file, `${JSON.stringify(delivery)}\n`);
      has.add(delivery.id);
    }
    response.writeHead(delivery === null ? 401 : 204).end();
  });
});
server.listen(Number(port), '127.0.0.1');
