/** Characters of a name with its namespace (spec §3), and more: what is longer is no name, and is told so by the answer. */
export const NAME_CHARACTERS_MAX = 100;
export const ADDRESS_CHARACTERS_MAX = 64;
export const TEXT_CHARACTERS_MAX = 128;
/** What a column of heights can hold. */
export const HEIGHT_MAX = 2_147_483_647;
export const PAGE_NUMBER_MAX = 1_000_000;
