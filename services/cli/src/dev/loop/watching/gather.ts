import { gatherMs, gatherMsMax } from '../limits.ts';

/** Paths that changed about at once, and when the first of them did (ms of `performance.now`). */
export interface Gathered {
  readonly paths: readonly string[];
  readonly firstAt: number;
}

/** Gathers what comes about at once: an editor saves in several steps, and a tool saves several files. */
export interface Gatherer extends Disposable {
  add(path: string): void;
}

/** `onGathered` is called when nothing came for a moment, and at the latest a little after the first. */
export function gather(
  onGathered: (gathered: Gathered) => void,
  now: () => number = () => performance.now(),
): Gatherer {
  let paths = new Set<string>();
  let firstAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    timer = undefined;
    const gathered = { paths: [...paths], firstAt };
    paths = new Set();
    onGathered(gathered);
  };
  return {
    add(path) {
      if (paths.size === 0) firstAt = now();
      paths.add(path);
      clearTimeout(timer);
      timer = setTimeout(end, Math.max(0, Math.min(gatherMs, firstAt + gatherMsMax - now())));
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
