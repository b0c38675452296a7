import { ExpectedError } from '@virtualchain/kernel';

/** The tables of tokens and webhooks are not there, or older than this program: `vchain roles`, or any `vchain tokens` that changes something, makes them. */
export class AccessNotReady extends ExpectedError {
  override readonly name = 'AccessNotReady';
  readonly code = 'ACCESS_NOT_READY';
  readonly remedy = 'halt';
}

/** A token cannot be made or changed as it was asked for: its name is taken, unknown or cannot be read, or a scope is none. */
export class TokenRefused extends ExpectedError {
  override readonly name = 'TokenRefused';
  readonly code = 'TOKEN_REFUSED';
  readonly remedy = 'halt';
}

/** A token has as many webhooks as it may have: delete one, or use another token. */
export class WebhooksTooMany extends ExpectedError {
  override readonly name = 'WebhooksTooMany';
  readonly code = 'WEBHOOKS_TOO_MANY';
  readonly remedy = 'halt';
}

/** A signing secret was rotated so often that older ones are still valid: wait until one of them has expired. */
export class SecretsTooMany extends ExpectedError {
  override readonly name = 'SecretsTooMany';
  readonly code = 'SECRETS_TOO_MANY';
  readonly remedy = 'retry';
}
