import { ExpectedError } from '@virtualchain/kernel';

/** What is wrong with a question, told before anything is read. */
export class QuestionInvalid extends ExpectedError {
  override readonly name = 'QuestionInvalid';
  readonly code = 'QUESTION_INVALID';
  readonly remedy = 'halt';
}

/** A cursor belongs to the feed of another build: positions there say nothing here. */
export class FeedGone extends ExpectedError {
  override readonly name = 'FeedGone';
  readonly code = 'FEED_GONE';
  readonly remedy = 'rewind';
  /** Hash of the block that the cursor lies in, where that is still known. */
  readonly block: string | null;

  constructor(machine: string, block: string | null) {
    const behind = block === null ? 'the hash of the newest block that you hold' : `the hash ${block}`;
    super(
      `the cursor belongs to another build of ${machine} than the live one; go on with after=<block hash>: ${behind}, or an older one where that is not found`,
    );
    this.block = block;
  }
}

/** A subscriber is ahead of this gateway, as it may be where the gateway reads a replica that lags. */
export class CursorAhead extends ExpectedError {
  override readonly name = 'CursorAhead';
  readonly code = 'CURSOR_AHEAD';
  readonly remedy = 'retry';
}
