/** Rows of a page. */
export const ROWS_PER_PAGE_MAX = 200;
/** Commits that one answer adds up: more than a block has room for. */
export const COMMITS_ADDED_MAX = 6_000;
export const ADDRESS_CHARACTERS_MAX = 100;
/** What the pointers of commits have room for. */
export const HEIGHT_MAX = 4_294_967_295;
export const VTXINDEX_MAX = 65_535;
/** A height and a transaction id. */
export const CURSOR_CHARACTERS_MAX = 80;
