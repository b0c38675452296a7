/** How values are written for people. */

const whole = new Intl.NumberFormat('en');

/** `12,345`. Also of decimal text, which may be larger than a number holds. */
export function count(value: number | string): string {
  return whole.format(typeof value === 'string' ? BigInt(value) : value);
}

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** The ends of a long hash, txid or script. */
export function short(text: string, ends = 8): string {
  return text.length <= 2 * ends + 2 ? text : `${text.slice(0, ends)}…${text.slice(-ends)}`;
}

/** `NAME_TAKEN` as `name taken`. */
export function codeWords(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ');
}

const BTC_DECIMALS = 8;

/** Satoshis as decimal text: small amounts as they are, large ones in bitcoin. */
export function satoshis(text: string): string {
  const value = BigInt(text);
  if (value < 1_000_000n && value > -1_000_000n) return `${count(text)} sat`;
  const digits = (value < 0n ? -value : value).toString().padStart(BTC_DECIMALS + 1, '0');
  const fraction = digits.slice(-BTC_DECIMALS).replace(/0+$/, '');
  return `${value < 0n ? '−' : ''}${count(digits.slice(0, -BTC_DECIMALS))}${fraction === '' ? '' : `.${fraction}`} BTC`;
}

const STEPS: readonly (readonly [seconds: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [60, 'second'],
  [3_600, 'minute'],
  [86_400, 'hour'],
  [30 * 86_400, 'day'],
  [365 * 86_400, 'month'],
  [Number.POSITIVE_INFINITY, 'year'],
];
const UNIT_SECONDS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3_600,
  day: 86_400,
  month: 30 * 86_400,
  year: 365 * 86_400,
};
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** `3 minutes ago`, of Unix seconds. */
export function ago(seconds: number, now: number): string {
  const distance = seconds - now;
  const [, unit] = STEPS.find(([below]) => Math.abs(distance) < below) ?? [0, 'year' as const];
  return relative.format(Math.trunc(distance / (UNIT_SECONDS[unit] ?? 1)), unit);
}

/** Bytes as the text that they are; null where they are none that people read. */
export function textOfHex(hex: string): string | null {
  if (hex === '' || hex.length % 2 !== 0 || !/^[0-9a-f]*$/.test(hex)) return null;
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return /^[\P{C}\n\t]+$/u.test(text) ? text : null;
  } catch {
    return null;
  }
}

/** Any value of JSON in one line. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return `[${value.join(', ')}]`;
  return JSON.stringify(value);
}

/** With a capital, as headings begin. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A column, a field, or an operation as a word: `value_hash` as `value hash`, `valueHash` too. */
export function fieldWords(name: string): string {
  return name
    .replaceAll('_', ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();
}
