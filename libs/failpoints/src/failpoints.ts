import { channel } from 'node:diagnostics_channel';

/** What is sent when a point is passed. */
interface Passed {
  readonly point: string;
  /** Set by a listener that lets the work fail there. Node does not hand back what a subscriber throws. */
  failure: { readonly error: unknown } | null;
}

/** Named places in the work of one part, at which a crash leaves something else behind. */
export interface Failpoints<Name extends string = string> {
  readonly names: readonly Name[];
  /** Says that the work is there now. Costs one comparison while nobody listens. @throws what a listener throws */
  pass(name: Name): void;
  /** Calls `passed` at each of the points, until it is disposed of. What it throws, the work at that point throws. */
  listen(passed: (name: Name) => void): Disposable;
}

/**
 * Defines the points of one part of the system. They are passed on the channel `virtualchain:<part>` of
 * `node:diagnostics_channel`, so that no function has to be handed them.
 */
export function defineFailpoints<Name extends string>(part: string, names: readonly Name[]): Failpoints<Name> {
  const points = channel(`virtualchain:${part}`);
  return {
    names,
    pass(point) {
      if (!points.hasSubscribers) return;
      const message: Passed = { point, failure: null };
      points.publish(message);
      const { failure } = message;
      if (failure !== null) throw failure.error;
    },
    listen(passed) {
      const subscriber = (message: unknown): void => {
        const sent = message as Passed;
        try {
          passed(sent.point as Name);
        } catch (error) {
          sent.failure = { error };
        }
      };
      points.subscribe(subscriber);
      return { [Symbol.dispose]: () => void points.unsubscribe(subscriber) };
    },
  };
}
