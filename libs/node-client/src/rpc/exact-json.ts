type ReviverWithSource = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * JSON in which no number goes through a float that cannot hold it: whole numbers within 2^53 are numbers, all others,
 * amounts with decimals first of all, are the text that was sent.
 * @throws SyntaxError
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown) as unknown;
}

const exact: ReviverWithSource = (_key, value, { source }) =>
  typeof value !== 'number' || (Number.isSafeInteger(value) && /^-?[0-9]+$/.test(source ?? '')) ? value : source;
