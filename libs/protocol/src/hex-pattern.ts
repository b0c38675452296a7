/** Whole bytes in lower-case hex, as schemas spell them. */
export const HEX_BYTES = '^(?:[0-9a-f]{2})*$';
