/** Bytes of a payload that can be looked up by. */
export const START_BYTES = 16;
/** Bytes of a prefix that is counted: two tell protocols apart, and are 65,536 rows at most. */
export const PREFIX_BYTES_DEFAULT = 2;
export const PREFIX_BYTES_MAX = 8;
/** Rows of a page. */
export const ROWS_PER_PAGE_MAX = 200;
/** Bytes of a payload that is asked for as it is: longer ones by their sha256. */
export const PAYLOAD_BYTES_ASKED_MAX = 1_000;
/** What a column of heights, and of positions in a block, can hold. */
export const HEIGHT_MAX = 4_294_967_295;
export const CURSOR_CHARACTERS_MAX = 80;
