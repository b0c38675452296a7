import { Dict, type FieldValue, LegacyFloat, Long, Tuple, UnicodeText } from './field-value.ts';

/**
 * Python 2 `str()` and `repr()` of field values, as bytes in a binary string (one character a byte). These are the rules
 * of `spec/virtualchain.md` §1; the hashes of every virtual chain that the original ran depend on each of them.
 */

/** A field that has no serialisation: the block that holds it cannot be sealed. */
export class FieldNotSerializable extends TypeError {
  override readonly name = 'FieldNotSerializable';
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** `str()` of a field, None replaced by nothing. */
export function pythonStr(value: FieldValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return ascii(value);
  if (value instanceof Uint8Array) return binaryString(value);
  if (value instanceof UnicodeText) return ascii(value.value);
  if (value instanceof LegacyFloat) return floatText(value.value, 12, 11);
  if (value instanceof Long) return value.value.toString();
  if (typeof value === 'bigint') return value.toString();
  return pythonRepr(value);
}

/** `repr()` of a value inside a container. */
function pythonRepr(value: FieldValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return wholeNumber(value);
  if (typeof value === 'bigint') return value < INT64_MIN || value > INT64_MAX ? `${value}L` : value.toString();
  if (typeof value === 'string') return quoted(ascii(value));
  if (value instanceof Uint8Array) return quoted(binaryString(value));
  if (value instanceof UnicodeText) return `u${quoted(value.value)}`;
  if (value instanceof Long) return `${value.value}L`;
  if (value instanceof LegacyFloat) return floatText(value.value, 17, 16);
  if (value instanceof Tuple) {
    const items = value.items.map(pythonRepr);
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
  }
  if (value instanceof Dict) {
    return `{${value.pairs.map(([key, item]) => `${pythonRepr(key)}: ${pythonRepr(item)}`).join(', ')}}`;
  }
  return `[${value.map(pythonRepr).join(', ')}]`;
}

function wholeNumber(value: number): string {
  if (!Number.isSafeInteger(value)) {
    throw new FieldNotSerializable(
      `${value} is not a whole number within 2^53: use bigint, or LegacyFloat for a float`,
    );
  }
  return Object.is(value, -0) ? '0' : value.toString();
}

function ascii(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 127) {
      throw new FieldNotSerializable(
        `text with the character ${JSON.stringify(text[i])}: only ASCII serialises, pass bytes`,
      );
    }
  }
  return text;
}

function binaryString(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/**
 * A float with at most `digits` significant digits (17 means the shortest that reads back the same), in exponent form
 * from 10^`exponentFrom` up and below 10^-4.
 */
function floatText(value: number, digits: number, exponentFrom: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const sign = value < 0 ? '-' : '';
  const scientific = digits >= 17 ? Math.abs(value).toExponential() : exponentialHalfEven(Math.abs(value), digits - 1);
  const [mantissaText = '', exponentText = ''] = scientific.split('e');
  const mantissa = mantissaText.replace('.', '').replace(/0+$/, '') || '0';
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= exponentFrom) {
    const fraction = mantissa.length > 1 ? `.${mantissa.slice(1)}` : '';
    const magnitude = Math.abs(exponent).toString().padStart(2, '0');
    return `${sign}${mantissa[0]}${fraction}e${exponent < 0 ? '-' : '+'}${magnitude}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${mantissa}`;
  const whole = mantissa.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${mantissa.slice(exponent + 1) || '0'}`;
}

/** As C rounds: an exact tie goes to the even digit, where `toExponential` goes up. */
function exponentialHalfEven(value: number, fractionDigits: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(100).split('e');
  const kept = mantissa.slice(0, 2 + fractionDigits);
  const isTie = /^50*$/.test(mantissa.slice(2 + fractionDigits));
  return isTie && Number(kept.at(-1)) % 2 === 0 ? `${kept}e${exponent}` : value.toExponential(fractionDigits);
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let body = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === quote || character === '\\') body += `\\${character}`;
    else if (character === '\t') body += '\\t';
    else if (character === '\n') body += '\\n';
    else if (character === '\r') body += '\\r';
    else if (code >= 32 && code < 127) body += character;
    else if (code < 256) body += `\\x${hexDigits(code, 2)}`;
    else if (code < 65_536) body += `\\u${hexDigits(code, 4)}`;
    else body += `\\U${hexDigits(code, 8)}`;
  }
  return quote + body + quote;
}

function hexDigits(code: number, length: number): string {
  return code.toString(16).padStart(length, '0');
}
