/**
 * What the run loop does about a foreseen failure: try again (`retry`), return to the newest common block of the
 * log and go on from there (`rewind`), or stop and wait for a person (`halt`).
 */
export type Remedy = 'retry' | 'rewind' | 'halt';

/**
 * A failure that was foreseen. It has a stable code, for people and programs to look up, and a remedy, for the run
 * loop. Everything that is not an `ExpectedError` is a bug and ends the process.
 */
export abstract class ExpectedError extends Error {
  abstract readonly code: string;
  abstract readonly remedy: Remedy;
}

/** Tells a failure that was foreseen from a bug. */
export function isExpectedError(error: unknown): error is ExpectedError {
  return error instanceof ExpectedError;
}
