import { answerEveryMs, answerLooksMax, loadingLooksMax } from '../limits.ts';
import type { Reviser } from './reviser.ts';

/** A process that works now. */
export interface Asked {
  readonly reviser: Reviser;
  /** It loads the rules, and was not told to fold yet. */
  readonly isLoading: boolean;
}

/** Asks processes whether they still answer: rules in an endless loop do not. */
export interface Answers extends Disposable {
  answered(reviser: Reviser): void;
}

/** `onSilent` is called once for each silence. */
export function watchAnswers(
  asked: () => readonly Asked[],
  onSilent: (ms: number) => void,
  now: () => number = () => performance.now(),
): Answers {
  const waiting = new WeakMap<Reviser, { readonly since: number; looks: number; isTold: boolean }>();
  const timer = setInterval(() => {
    for (const { reviser, isLoading } of asked()) {
      const open = waiting.get(reviser);
      if (open === undefined) {
        waiting.set(reviser, { since: now(), looks: 0, isTold: false });
        reviser.order({ order: 'ping' });
        continue;
      }
      open.looks += 1;
      if (open.isTold || open.looks < (isLoading ? loadingLooksMax : answerLooksMax)) continue;
      open.isTold = true;
      onSilent(Math.round(now() - open.since));
    }
  }, answerEveryMs);
  return {
    answered: (reviser) => void waiting.delete(reviser),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
