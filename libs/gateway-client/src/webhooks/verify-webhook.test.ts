import { expect, test } from '@jest/globals';
import { signedHeaders } from '@virtualchain/webhooks';
import { verifyWebhook } from './verify-webhook.ts';

const now = 1_700_000_000_000;
const key = Buffer.alloc(32, 1);
const secret = `whsec_${key.toString('base64')}`;
const other = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const body = JSON.stringify({
  webhook: 'w',
  generation: 1,
  number: 1,
  chain: 'kv',
  machine: 'kv',
  cursor: 'f:1',
  entries: [],
});
const signed = (text = body, at = now) =>
  signedHeaders({ id: 'w.1.1', body: Buffer.from(text), secrets: [key], now: at });

test('what was signed is read, from headers of either kind and a body of either kind', async () => {
  const read = { id: 'w.1.1', ...JSON.parse(body) };
  expect(await verifyWebhook({ headers: signed(), body }, { secrets: secret, now })).toEqual(read);
  const headers = new Headers(signed());
  expect(await verifyWebhook({ headers, body: Buffer.from(body) }, { secrets: [other, secret], now })).toEqual(read);
});

test('the example of Standard Webhooks is signed as we check it', async () => {
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1a,bm9ldmVy v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const options = { secrets: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', now: 1_614_265_330_000 };
  // The signature fits, and what it is over is no delivery of ours.
  await expect(verifyWebhook({ headers, body: '{"test": 2432232314}' }, options)).rejects.toThrow(/body is none/);
});

test.each([
  ['another secret', {}, body, other],
  ['another body', {}, body.replace('"number":1', '"number":2'), secret],
  ['another id', { 'webhook-id': 'w.1.2' }, body, secret],
  ['another time', { 'webhook-timestamp': String(now / 1_000 + 1) }, body, secret],
  ['no id', { 'webhook-id': '' }, body, secret],
  ['no signature', { 'webhook-signature': '' }, body, secret],
  ['a signature of another version', { 'webhook-signature': 'v2,AAAA' }, body, secret],
  ['a signature cut short', { 'webhook-signature': 'v1,AAAA' }, body, secret],
  ['a time that is none', { 'webhook-timestamp': 'now' }, body, secret],
])('%s is refused', async (_what, changed, text, known) => {
  const asked = verifyWebhook({ headers: { ...signed(), ...changed }, body: text }, { secrets: known, now });
  await expect(asked).rejects.toMatchObject({ code: 'WEBHOOK_REFUSED' });
});

test.each([
  ['old', -301_000],
  ['of the future', 301_000],
])('a delivery that is %s is refused, however it is signed', async (_what, ms) => {
  const asked = verifyWebhook({ headers: signed(body, now + ms), body }, { secrets: secret, now });
  await expect(asked).rejects.toThrow(/one of the two clocks/);
});

test('a secret that is none is a mistake of the receiver', async () => {
  await expect(verifyWebhook({ headers: signed(), body }, { secrets: 'word', now })).rejects.toThrow(TypeError);
});
