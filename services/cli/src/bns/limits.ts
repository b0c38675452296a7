/** How often the projection is asked for a verdict that is waited for. */
export const waitPollMs = 500;
/** How long a verdict is waited for where nothing else is said. */
export const waitSecondsDefault = 7_200;
/** A consensus hash so many blocks deep outlives a reorganisation of the tip, and is recent for long enough. */
export const consensusHashDepthBlocks = 6;
/** The part of the window of recent consensus hashes that is given up for depth. */
export const consensusHashDepthShare = 4;
/** A projection that is further behind its node knows too little to judge by. */
export const projectionBehindBlocksMax = 6;
/** Names and versions that one reading command lists at most, whatever the pages of the queries are. */
export const listedMax = 1_000;
