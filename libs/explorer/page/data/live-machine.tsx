import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import type { Place } from '../address/view.ts';
import { FEEDS_OPEN_MAX, POLL_MS } from '../limits.ts';
import { followMachine, type Retracted, type Way } from './live.ts';

/** What the page heard of a machine since it shows it. */
export interface Live {
  /** Grows with whatever may have changed. */
  readonly version: number;
  readonly way: Way | null;
  /** Blocks that were taken back, in the order of the feed: the newest last. */
  readonly retracted: readonly Retracted[];
  readonly forget: () => void;
}

const QUIET: Live = { version: 0, way: null, retracted: [], forget: () => undefined };
const Current = createContext<Live>(QUIET);

export const useLive = (): Live => useContext(Current);

/**
 * Grows with whatever may have changed of these machines. Few of them are followed by their feeds; where there are more, it
 * grows every other second while somebody looks.
 */
export function useNewsOf(places: readonly Place[]): number {
  const [version, setVersion] = useState(0);
  const names = JSON.stringify(places);
  useEffect(() => {
    const onNews = () => setVersion((before) => before + 1);
    const all = JSON.parse(names) as readonly Place[];
    if (all.length > FEEDS_OPEN_MAX) {
      const timer = setInterval(() => document.hidden || onNews(), POLL_MS);
      return () => clearInterval(timer);
    }
    const listener = { onNews, onWay: () => undefined, onRetracted: () => undefined };
    const stops = all.map((place) => followMachine(place, listener));
    return () => {
      for (const stop of stops) stop();
    };
  }, [names]);
  return version;
}

/** Follows one machine for everything below. */
export function LiveMachine({ place, children }: { readonly place: Place; readonly children: ComponentChildren }) {
  const live = useFollowed(place);
  return <Current.Provider value={live}>{children}</Current.Provider>;
}

function useFollowed({ chain, machine }: Place): Live {
  const [version, setVersion] = useState(0);
  const [way, setWay] = useState<Way | null>(null);
  const [retracted, setRetracted] = useState<readonly Retracted[]>([]);
  useEffect(() => {
    setRetracted([]);
    return followMachine(
      { chain, machine },
      {
        onWay: setWay,
        onNews: () => setVersion((before) => before + 1),
        onRetracted: (block) => setRetracted((before) => [...before, block].slice(-1_000)),
      },
    );
  }, [chain, machine]);
  return useMemo(() => ({ version, way, retracted, forget: () => setRetracted([]) }), [version, way, retracted]);
}
