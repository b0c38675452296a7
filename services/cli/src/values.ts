import { ExpectedError } from '@virtualchain/kernel';

/** A value on the command line that breaks its rule. */
export class QueryInvalid extends ExpectedError {
  override readonly name = 'QueryInvalid';
  readonly code = 'QUERY_INVALID';
  readonly remedy = 'halt';
}

export function wholeNumber(what: string, text: string): number {
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new QueryInvalid(`${what} ${JSON.stringify(text)}: not a whole number`);
  return Number(text);
}

/** Collects an option that may be given several times. */
export function append(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** `HEIGHT:HASH`, several. */
export function parseTrust(values: readonly string[]): ReadonlyMap<number, string> {
  return new Map(
    values.map((value) => {
      const match = /^(\d+):([0-9a-f]{32})$/.exec(value);
      if (match === null)
        throw new QueryInvalid(
          `--trust ${JSON.stringify(value)}: not HEIGHT:HASH with a consensus hash of 32 hex digits`,
        );
      return [Number(match[1]), String(match[2])];
    }),
  );
}

/** `NAME=PUBLICKEY`, several. */
export function parseSigners(values: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    values.map((value) => {
      const match = /^([^=]+)=([0-9a-f]{64})$/.exec(value);
      if (match === null)
        throw new QueryInvalid(
          `--signer ${JSON.stringify(value)}: not NAME=KEY with an Ed25519 public key of 64 hex digits`,
        );
      return [String(match[1]), String(match[2])];
    }),
  );
}
