/** The highest block height that the database can hold. */
export const heightMax = 2_147_483_647;
/** Rows that one call lists at most. */
export const rowsMax = 1_000_000;
/** Rows that a gateway is asked for at a time. */
export const pageRowsMax = 500;
/** Keys of a multisig that may sign. */
export const signersMax = 16;
/** Confirmations that can be waited for. */
export const confirmationsMax = 1_000_000;
/** The longest time that a verdict is waited for, a year. */
export const timeoutSecondsMax = 31_536_000;
/** A column of a table keeps so many characters, however narrow the terminal is. */
export const columnCharactersMin = 8;
/** How often the projection is asked for a verdict that is waited for. */
export const waitPollMs = 500;
/** How long a verdict is waited for where nothing else is said. */
export const waitSecondsDefault = 7_200;
/** A projection that is further behind its node knows too little to judge by. */
export const projectionBehindBlocksMax = 6;
/** How long a command that only looks may take to end when it is asked to: what it asks may not answer. */
export const lookEndMs = 1_000;
/** How long a gateway of a run may take to answer, and how often it is looked for. */
export const gatewayStartMs = 60_000;
export const gatewayLookMs = 100;
/** Blocks that a plan of a sync measures where nothing else is said, at most, and in how many places of the chain. */
export const sampleBlocksDefault = 480;
export const sampleBlocksMax = 100_000;
export const sampleParts = 8;
/** How often the ingester of a sample asks its node: it has all that it needs at the first look. */
export const samplePollMs = 60_000;
/** Of records that are compressed together, as the ingester sends them. */
export const sampleRecordBytes = 256 * 1024;
/** What a block and an operation take in a projection, as BENCHMARKS.md has them of kv; others take about as much. */
export const projectionBytesPerBlock = 1_000;
export const projectionBytesPerOperation = 750;
