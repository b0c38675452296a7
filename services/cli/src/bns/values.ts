import { isHexBytes } from '@virtualchain/bitcoin';
import { isName, isNamespace, LIFETIME_INFINITE, type RevealOptions, revealDefaults } from '@virtualchain/machine-bns';
import { QueryInvalid, wholeNumber } from '../values.ts';

/** A name as it was typed. @throws QueryInvalid */
export function nameOf(text: string): string {
  if (isName(text)) return text;
  throw new QueryInvalid(
    `${JSON.stringify(text)} is no name: give label.namespace of 0-9 a-z - _, at most 37 characters`,
  );
}

/** A namespace as it was typed, with or without a dot before it. @throws QueryInvalid */
export function namespaceOf(text: string): string {
  const id = text.startsWith('.') ? text.slice(1) : text;
  if (isNamespace(id)) return id;
  throw new QueryInvalid(`${JSON.stringify(text)} is no namespace: give 1 to 19 of 0-9 a-z - _`);
}

/** 20 bytes as hex: a zone file hash or a message hash. */
export function hash160Of(what: string, text: string): string {
  if (!isHexBytes(text) || text.length !== 40)
    throw new QueryInvalid(`${what} ${JSON.stringify(text)}: not 40 hex digits; give the hash160 of it`);
  return text;
}

/** A whole number of micro-Stacks above 0. */
export function microStacksOf(text: string): bigint {
  if (!/^[0-9]{1,19}$/.test(text) || BigInt(text) === 0n)
    throw new QueryInvalid(
      `micro-stacks ${JSON.stringify(text)}: not a whole number of micro-Stacks above 0; give one`,
    );
  return BigInt(text);
}

const VERSION_MAX = 3;
const BYTE_MAX = 255;
const NIBBLE_MAX = 15;

/** What a namespace is revealed with, as it was typed. */
export interface TypedReveal {
  readonly launcher?: string;
  readonly lifetime?: string;
  readonly coefficient?: string;
  readonly base?: string;
  readonly buckets?: string;
  readonly nonAlphaDiscount?: string;
  readonly noVowelDiscount?: string;
  readonly namespaceVersion?: string;
}

/** @throws QueryInvalid naming the option and its bounds. */
export function revealOptionsOf(typed: TypedReveal): RevealOptions {
  const { lifetime, coeff, base, buckets, nonAlphaDiscount, noVowelDiscount, namespaceVersion } = revealDefaults;
  const lifetimeText = typed.lifetime === 'infinite' ? String(LIFETIME_INFINITE) : typed.lifetime;
  return {
    ...(typed.launcher === undefined ? {} : { launcher: typed.launcher }),
    lifetime: bounded('--lifetime', lifetimeText ?? lifetime, [0, LIFETIME_INFINITE]),
    coeff: bounded('--coefficient', typed.coefficient ?? coeff, [0, BYTE_MAX]),
    base: bounded('--base', typed.base ?? base, [0, BYTE_MAX]),
    buckets: typed.buckets === undefined ? buckets : bucketsOf(typed.buckets),
    nonAlphaDiscount: bounded('--non-alpha-discount', typed.nonAlphaDiscount ?? nonAlphaDiscount, [1, NIBBLE_MAX]),
    noVowelDiscount: bounded('--no-vowel-discount', typed.noVowelDiscount ?? noVowelDiscount, [1, NIBBLE_MAX]),
    namespaceVersion: bounded('--namespace-version', typed.namespaceVersion ?? namespaceVersion, [1, VERSION_MAX]),
  };
}

/** What was typed, or the default, where it lies within the bounds. */
function bounded(flag: string, given: string | number, [min, max]: readonly [min: number, max: number]): number {
  return typeof given === 'number' ? given : wholeNumber(flag, given, { min, max });
}

/** `6,5,4,…`: sixteen exponents, for labels of 1 to 15 characters and for longer ones. */
function bucketsOf(text: string): readonly number[] {
  const buckets = text.split(',').map((each) => wholeNumber('--buckets', each, { max: NIBBLE_MAX }));
  if (buckets.length !== 16)
    throw new QueryInvalid(
      `--buckets ${JSON.stringify(text)}: not 16 numbers from 0 to ${NIBBLE_MAX}, separated by commas; give so many`,
    );
  return buckets;
}
