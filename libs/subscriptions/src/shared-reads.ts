import pLimit from 'p-limit';
import { READS_AT_ONCE_MAX } from './limits.ts';
import type { Unit } from './unit.ts';

/** Reads for subscribers that are behind: a few at once, and one for all who ask for the same. */
export function sharedReads<Place>(
  read: (place: Place) => Promise<readonly Unit[]>,
): (place: Place) => Promise<readonly Unit[]> {
  const limit = pLimit(READS_AT_ONCE_MAX);
  const reading = new Map<Place, Promise<readonly Unit[]>>();
  return (place) => {
    const known = reading.get(place);
    if (known !== undefined) return known;
    const found = limit(() => read(place));
    reading.set(place, found);
    const forget = (): void => void reading.delete(place);
    found.then(forget, forget);
    return found;
  };
}
