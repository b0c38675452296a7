/**
 * A decimal number as units of its last place: of `0.00001` with 8 places it is 1000. Exact, without a float in between:
 * null for what is no number from 0 up, and for more places than there are.
 */
export function decimalUnits(text: string, places: number): bigint | null {
  const [, whole, fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return null;
  const digits = BigInt(whole + fraction);
  const shift = places + Number(exponent) - fraction.length;
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const scale = 10n ** BigInt(-shift);
  return digits % scale === 0n ? digits / scale : null;
}

/** Some write `1e-05`. */
const DECIMAL = /^(\d{1,20})(?:\.(\d{1,20}))?(?:[eE]([+-]?\d{1,2}))?$/;

/** The same number as text, without zeros at its end. */
export function decimalText(units: bigint, places: number): string {
  const digits = String(units).padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, -places) : `${digits.slice(0, -places)}.${fraction}`;
}

/** Satoshis of an amount that is written in bitcoins, as nodes write it. */
export function satsOfBtc(text: string): bigint | null {
  return decimalUnits(text, 8);
}
