/** Answers that are kept to be shown at once when one comes back to them. */
export const ANSWERS_KEPT_MAX = 60;
/** Entries of a page of a list. */
export const PAGE_ENTRIES = 25;
/** Blocks and operations on the page of a machine. */
export const NEWEST_ENTRIES = 10;
/** No more than one look at the gateway in this time, however many blocks come. */
export const REFRESH_MS = 400;
/** Feeds that the page holds open at a time; a browser has six connections to a server. */
export const FEEDS_OPEN_MAX = 3;
/** After so long it is asked again which machines there are: one may have gone live. */
export const CHAINS_AGAIN_MS = 15_000;
/** Between two looks at a gateway that has no feed, or is away. */
export const POLL_MS = 2_000;
/** After so long it is asked again whether there is a feed. */
export const FEED_RETRY_MS = 30_000;
/** Rows of changes that are shown of an operation. */
export const CHANGES_SHOWN_MAX = 30;
/** Operations that a search for text looks through at a time. */
export const TEXT_SEARCH_OPERATIONS = 500;
/** Entries of the feed that are read around a reorganisation. */
export const FEED_ENTRIES_MAX = 4_000;
/** Entries that one page of the feed may have. */
export const FEED_PAGE_ENTRIES = 500;
/** The proof reads no more headers than these behind the block. */
export const PROOF_HEADERS_MAX = 144;
/** Between the last move of a slider and the question. */
export const SLIDER_REST_MS = 120;
