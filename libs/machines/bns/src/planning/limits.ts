/** A consensus hash so many blocks deep outlives a reorganisation of the tip, and is recent for long enough. */
export const consensusHashDepthBlocks = 6;
/** The part of the window of recent consensus hashes that is given up for depth. */
export const consensusHashDepthShare = 4;
