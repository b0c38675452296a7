type RawJson = (text: string) => unknown;

/** Satoshis as Bitcoin Core writes amounts in JSON: bitcoins with all eight places, without a float in between. */
export function amount(satoshis: bigint): unknown {
  const digits = String(satoshis < 0n ? -satoshis : satoshis).padStart(9, '0');
  const text = `${satoshis < 0n ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`;
  return (JSON as unknown as { readonly rawJSON: RawJson }).rawJSON(text);
}
