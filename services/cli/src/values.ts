import { readFile } from 'node:fs/promises';
import { ExpectedError, errorText } from '@virtualchain/kernel';
import { heightMax } from './limits.ts';

/** A value on the command line that breaks its rule. */
export class QueryInvalid extends ExpectedError {
  override readonly name = 'QueryInvalid';
  readonly code = 'QUERY_INVALID';
  readonly remedy = 'halt';
}

/** The bounds of a number, both included. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** @throws QueryInvalid naming what was given, its bounds, and what to give. */
export function wholeNumber(
  what: string,
  text: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds = {},
): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value >= min && value <= max) return value;
  throw new QueryInvalid(
    `${what} ${JSON.stringify(text)}: must be a whole number from ${min} to ${max}; give one, such as ${Math.max(min, Math.min(max, 100))}`,
  );
}

/** A height that a chain may have. Whether it is there is another question. */
export function heightOf(what: string, text: string): number {
  return wholeNumber(what, text, { max: heightMax });
}

/** What a file holds that an option names. @throws QueryInvalid */
export async function fileOf(what: string, path: string, holds: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new QueryInvalid(
      `${what} ${JSON.stringify(path)}: must be a file that can be read (${errorText(cause)}); give the path of ${holds}`,
      { cause },
    );
  }
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
          `--trust ${JSON.stringify(value)}: not HEIGHT:HASH with a consensus hash of 32 hex digits; give one as vchain status shows it`,
        );
      return [heightOf('--trust', String(match[1])), String(match[2])];
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
          `--signer ${JSON.stringify(value)}: not NAME=KEY with an Ed25519 public key of 64 hex digits; give one as vchain snapshot export shows it`,
        );
      return [String(match[1]), String(match[2])];
    }),
  );
}
