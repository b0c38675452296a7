import { ExpectedError } from '@virtualchain/kernel';

/** The gateway answers those alone who bring a token, `Authorization: Bearer vct_…`; one is made by `vchain tokens create`. */
export class TokenMissing extends ExpectedError {
  override readonly name = 'TokenMissing';
  readonly code = 'TOKEN_MISSING';
  readonly remedy = 'halt';
}

/** The token is none, was revoked, or has expired: ask the operator for another one. */
export class TokenInvalid extends ExpectedError {
  override readonly name = 'TokenInvalid';
  readonly code = 'TOKEN_INVALID';
  readonly remedy = 'halt';
}

/** The token is valid and not for that: its scopes do not hold what is asked for. */
export class ScopeMissing extends ExpectedError {
  override readonly name = 'ScopeMissing';
  readonly code = 'SCOPE_MISSING';
  readonly remedy = 'halt';
}
