/** Blocks that are mined at most for coinbases to become spendable. */
export const FUNDING_BLOCKS_MAX = 250;
/** Coins that one person gets at once. */
export const COINS_EACH_MAX = 200;
/** How often it is tried again where somebody else mines at the same time. */
export const OVERTAKEN_TRIES_MAX = 10;
/** Satoshis of a coin: nodes call less dust. */
export const COIN_SATS_MIN = 1_000;
/** 50 bitcoins, the first coinbases. */
export const COIN_SATS_MAX = 5_000_000_000;
/** Blocks that one call mines. */
export const MINED_BLOCKS_MAX = 10_000;
/** Of the transactions in a block: what is more waits for the next one. */
export const BLOCK_TRANSACTIONS_BYTES_MAX = 900_000;
/** Of an operation's transaction. */
export const FEE_SATS = 1_000n;
/** How often the projections are asked for a verdict. */
export const VERDICT_POLL_MS = 50;
/** How long a verdict is waited for where nothing else is said. */
export const VERDICT_WAIT_SECONDS = 60;
/** How long machines are waited for that have to fold what was mined. */
export const FOLLOW_WAIT_SECONDS = 20;
