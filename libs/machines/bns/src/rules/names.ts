/** The alphabet of names in the order of their digits in base 40. `+` is in no name. */
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz-_.+';

export const nameBytesMax = 37;

const NAMESPACE = /^[a-z0-9\-_]{1,19}$/;
const LABEL = /^[a-z0-9\-_]+$/;

/** One to nineteen of `0-9 a-z - _`. Strict: a line feed at the end, which the original let pass, is refused. */
export function isNamespace(text: string): boolean {
  return NAMESPACE.test(text);
}

/** `label.namespace`: one dot, both parts of `0-9 a-z - _`, at most 37 characters. */
export function isName(text: string): boolean {
  const { label, namespace } = splitName(text);
  return text.length <= nameBytesMax && LABEL.test(label) && isNamespace(namespace);
}

/** The two parts of a name around its first dot; without one all of it is the label. */
export function splitName(name: string): { readonly label: string; readonly namespace: string } {
  const dot = name.indexOf('.');
  return dot < 0 ? { label: name, namespace: '' } : { label: name.slice(0, dot), namespace: name.slice(dot + 1) };
}

/** Bytes as Latin-1 text: total, and no byte sequence becomes a valid name that was not one. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The text read as a number in base 40, big-endian, in as few bytes as it takes: leading zeros of a name vanish. */
export function base40Hex(text: string): string {
  let value = 0n;
  for (const character of text) value = value * 40n + BigInt(Math.max(0, ALPHABET.indexOf(character)));
  const hex = value.toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}
