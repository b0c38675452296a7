import { answerEveryMs, answerMs } from '../limits.ts';
import type { Reviser } from './reviser.ts';

/** Asks processes whether they still answer: rules in an endless loop do not. */
export interface Answers extends Disposable {
  answered(reviser: Reviser): void;
}

/** `onSilent` is called once for each silence. `asked` are the processes that work now. */
export function watchAnswers(
  asked: () => readonly Reviser[],
  onSilent: (ms: number) => void,
  now: () => number = () => performance.now(),
): Answers {
  const waiting = new WeakMap<Reviser, { readonly since: number; isTold: boolean }>();
  const timer = setInterval(() => {
    for (const reviser of asked()) {
      const open = waiting.get(reviser);
      if (open === undefined) {
        waiting.set(reviser, { since: now(), isTold: false });
        reviser.order({ order: 'ping' });
      } else if (!open.isTold && now() - open.since >= answerMs) {
        open.isTold = true;
        onSilent(Math.round(now() - open.since));
      }
    }
  }, answerEveryMs);
  return {
    answered: (reviser) => void waiting.delete(reviser),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
