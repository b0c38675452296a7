/** Pages of the original's queries (spec §10): what one call answers at most. */

export const HISTORY_PER_PAGE = 20;
export const NAMES_PER_PAGE_MAX = 100;
export const CREATIONS_PER_PAGE_MAX = 10;
export const OPERATIONS_PER_PAGE_MAX = 10;
export const CONSENSUS_HASHES_PER_QUERY_MAX = 32;
