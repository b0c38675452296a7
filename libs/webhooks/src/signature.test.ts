import { expect, test } from '@jest/globals';
import { signedHeaders } from './signature.ts';

/** The example that the libraries of Standard Webhooks are tested with. */
const STANDARD = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  body: Buffer.from('{"test": 2432232314}'),
  secret: Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64'),
  seconds: 1_614_265_330,
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

test('the signature of Standard Webhooks', () => {
  const { id, body, secret, seconds, signature } = STANDARD;
  expect(signedHeaders({ id, body, secrets: [secret], now: seconds * 1_000 + 999 })).toEqual({
    ...{ 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signature },
  });
});

test('while a secret is rotated, both sign', () => {
  const { id, body, secret, seconds, signature } = STANDARD;
  const both = signedHeaders({ id, body, secrets: [Buffer.alloc(32, 7), secret], now: seconds * 1_000 });
  const [newer, older] = String(both['webhook-signature']).split(' ');
  expect(older).toBe(signature);
  expect(newer).toMatch(/^v1,/);
  expect(newer).not.toBe(older);
});
