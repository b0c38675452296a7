/** How often the projection is asked for a verdict that is waited for. */
export const waitPollMs = 500;
/** How long a verdict is waited for where nothing else is said. */
export const waitSecondsDefault = 7_200;
/** A projection that is further behind its node knows too little to judge by. */
export const projectionBehindBlocksMax = 6;
/** Names and versions that one reading command lists at most, whatever the pages of the queries are. */
export const listedMax = 1_000;
