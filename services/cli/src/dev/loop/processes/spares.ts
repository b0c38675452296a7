import { sparesMax } from '../limits.ts';
import { type Reviser, type ReviserListener, startReviser } from './reviser.ts';

/** Processes that have everything loaded but the rules, and wait for a save. */
export interface Spares extends Disposable {
  /** One of them, the first one that was started; a new one where there is none. */
  take(): Reviser;
  /** Starts what is missing, one after the other: the first save must not wait for the second one's process. */
  fill(): void;
  /** True where the process is one of them. It is one no more where it has ended. */
  heard(reviser: Reviser, what: 'warm' | 'ended'): boolean;
}

export function createSpares(folder: string, listener: ReviserListener): Spares {
  const spares: Reviser[] = [];
  const cold = new Set<Reviser>();
  const start = (): Reviser => {
    const reviser = startReviser(folder, listener);
    cold.add(reviser);
    return reviser;
  };
  const fill = (): void => {
    if (spares.length < sparesMax && cold.size === 0) spares.push(start());
  };
  return {
    take() {
      return spares.shift() ?? start();
    },
    fill,
    heard(reviser, what) {
      cold.delete(reviser);
      const index = spares.indexOf(reviser);
      if (index >= 0 && what === 'ended') spares.splice(index, 1);
      else if (what === 'warm' && spares.length > 0) fill();
      return index >= 0;
    },
    [Symbol.dispose]() {
      for (const spare of spares.splice(0)) spare.end();
    },
  };
}
