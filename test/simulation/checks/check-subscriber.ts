import type { SubscriberEvent } from '../world/subscriber-store.ts';
import { compareBranch } from './check-operations.ts';
import { type Evidence, type LogBlock, type Operation, type Say, short } from './evidence.ts';

export function checkTold(
  { winning, firstBlock }: Evidence,
  expected: readonly (readonly Operation[])[],
  told: readonly SubscriberEvent[],
  say: Say,
): void {
  const stack: LogBlock[] = [];
  for (const [index, { kind, height, hash, previousHash, operations }] of told.entries()) {
    const top = stack.at(-1);
    if (kind === 'disconnected') {
      if (top?.hash !== hash)
        say('I7', `event ${index}: ${short(hash)} left, the newest was ${short(top?.hash ?? 'none')}`);
      stack.pop();
      continue;
    }
    const fits = top === undefined ? height === firstBlock : top.hash === previousHash && top.height + 1 === height;
    if (!fits) say('I6', `event ${index}: ${short(hash)} does not build on ${short(top?.hash ?? 'nothing')}`);
    stack.push({ height, hash, operations: [...operations] });
  }
  compareBranch(stack, winning, expected, say);
}
