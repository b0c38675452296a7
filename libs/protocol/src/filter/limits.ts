/** Characters of a filter, terms in it, and how deep parentheses may lie in each other. */
export const FILTER_CHARACTERS_MAX = 4_096;
export const FILTER_TERMS_MAX = 200;
export const FILTER_DEPTH_MAX = 30;
