import { isExpectedError } from '@virtualchain/kernel';
import { FeedGone } from '../errors.ts';
import type { Message } from '../stream/message.ts';
import type { FeedGoneThere } from '../stream/problem.ts';
import type { HeldBlock } from './branch.ts';
import type { Session } from './session.ts';

/** A stream of another feed, and what the subscriber has to be told before it: blocks that this feed never had. */
interface Resumed<Entry> {
  readonly messages: AsyncGenerator<Message>;
  readonly retractions: readonly Entry[];
}

/**
 * Goes on in another feed than that of our cursor: behind the newest block of ours that it has, and that left the same
 * state there. Blocks above that one are told to be gone, newest first, and so is one of which only a part had come.
 *
 * @throws FeedGone where no such block is remembered, or not what has to be taken back
 */
export async function goBack<Entry extends { readonly cursor: string }>(
  session: Session<Entry>,
  gone: FeedGoneThere,
  open: (after: string) => Promise<AsyncGenerator<Message>>,
): Promise<Resumed<Entry>> {
  const { blocks } = session.branch;
  for (let at = blocks.length - 1; at >= 0; at -= 1) {
    const block = blocks[at] as HeldBlock;
    if (!block.isWhole) continue;
    const messages = await openBehind(session, block, open);
    if (messages === null) continue;
    try {
      return { messages, retractions: retractionsTo(session, at, gone) };
    } catch (error) {
      await messages.return(undefined);
      throw error;
    }
  }
  throw new FeedGone(
    `${gone.message}; none of the ${blocks.length} blocks that are remembered leads on: begin from the start with an empty state, or give known`,
    gone.resumeAfter,
  );
}

/** Null where the feed never had the block. @throws FeedGone where it left another state there */
async function openBehind<Entry extends { readonly cursor: string }>(
  { level, signal }: Session<Entry>,
  block: HeldBlock,
  open: (after: string) => Promise<AsyncGenerator<Message>>,
): Promise<AsyncGenerator<Message> | null> {
  try {
    if (!(await level.hasSameState(block, signal)))
      throw new FeedGone(
        `the feed is of another build now, which left another state at block ${block.height}: begin from the start with an empty state`,
        null,
      );
    return await open(block.hash);
  } catch (error) {
    if (isExpectedError(error) && ['BLOCK_NOT_ON_BRANCH', 'NOT_FOUND', 'HEIGHT_OUT_OF_RANGE'].includes(error.code))
      return null;
    throw error;
  }
}

function retractionsTo<Entry extends { readonly cursor: string }>(
  { branch: { blocks }, level }: Session<Entry>,
  kept: number,
  gone: FeedGoneThere,
): readonly Entry[] {
  return blocks
    .slice(kept + 1)
    .toReversed()
    .map((block, above) => {
      const below = blocks[blocks.length - 2 - above] as HeldBlock;
      const entry = level.retractionOf(block, below.hash);
      if (entry === null)
        throw new FeedGone(
          `${gone.message}; block ${block.height} is to be taken back, and what it changed is not remembered: begin from the start with an empty state`,
          gone.resumeAfter,
        );
      return entry;
    });
}
