/** Names and versions that one reading command lists at most, whatever the pages of the queries are. */
export const listedMax = 1_000;
