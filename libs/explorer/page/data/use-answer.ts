import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, lastAnswer, Refused } from './ask.ts';

/** What is known of a question: the last answer, and what went wrong since. */
export interface Asked<Body> {
  readonly body: Body | null;
  readonly problem: Refused | null;
  readonly isAsking: boolean;
}

interface Held<Body> extends Asked<Body> {
  readonly path: string | null;
}

/**
 * The answer to a question, asked again whenever `version` changes; the last answer stays meanwhile. A question that is
 * under way is let finish, so that answers keep coming however fast versions change. `null` asks nothing.
 */
export function useAnswer<Body>(path: string | null, version = 0): Asked<Body> {
  const [held, setHeld] = useState<Held<Body>>(() => begin(path));
  const wanted = useRef(version);
  wanted.current = version;
  const again = useRef<(() => void) | null>(null);

  useEffect(() => {
    if (path === null) return setHeld(begin(null));
    const stop = new AbortController();
    let isUnderWay = false;
    const run = async (): Promise<void> => {
      if (isUnderWay) return;
      isUnderWay = true;
      const asked = wanted.current;
      const answer = await answerOf<Body>(path, stop.signal);
      if (stop.signal.aborted) return;
      isUnderWay = false;
      setHeld((before) => ({
        path,
        body: 'body' in answer ? answer.body : keptOf(before, path, answer.problem),
        problem: 'body' in answer ? null : answer.problem,
        isAsking: false,
      }));
      if (wanted.current !== asked) void run();
    };
    again.current = () => void run();
    setHeld((before) => (before.path === path ? { ...before, isAsking: true } : begin(path)));
    void run();
    return () => stop.abort();
  }, [path]);

  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) again.current?.();
    isFirst.current = false;
  }, [version]);
  return held.path === path ? held : begin(path);
}

const begin = <Body>(path: string | null): Held<Body> => ({
  path,
  body: path === null ? null : lastAnswer<Body>(path),
  problem: null,
  isAsking: path !== null,
});

/** What is gone is not shown any longer; what could not be asked is. */
function keptOf<Body>(before: Held<Body>, path: string, problem: Refused): Body | null {
  return before.path === path && (problem.status === 0 || problem.status >= 500) ? before.body : null;
}

async function answerOf<Body>(
  path: string,
  signal: AbortSignal,
): Promise<{ readonly body: Body } | { readonly problem: Refused }> {
  try {
    return { body: await ask<Body>(path, signal) };
  } catch (error) {
    return { problem: error instanceof Refused ? error : new Refused(0, 'BUG', String(error)) };
  }
}
