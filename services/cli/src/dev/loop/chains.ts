import { type ChainRun, startChain } from './chain-run.ts';
import type { DevParts } from './parts.ts';
import type { Definitions, Loaded } from './revision/messages.ts';

/** The logs that are written: that of the live rules, and that of a revision on its way. */
export interface Chains extends AsyncDisposable {
  /** The one that is written for a chain of these sources. */
  find(print: string): ChainRun | null;
  start(parts: DevParts, definitions: Definitions, chain: Loaded['chain']): Promise<ChainRun>;
  /** Ends all others. */
  keep(chain: ChainRun): void;
}

/** `onEnded` is called where an ingester ends by itself. */
export function createChains(onEnded: (name: string, how: string) => void): Chains {
  const running = new Set<ChainRun>();
  let started = 0;
  const stop = (chain: ChainRun): Promise<void> => {
    running.delete(chain);
    return chain.ingester.stop();
  };
  return {
    find: (print) => [...running].find((chain) => chain.print === print) ?? null,
    async start(parts, definitions, chain) {
      started += 1;
      const run = await startChain(parts, definitions, chain, started);
      running.add(run);
      void run.ingester.exited.then(({ code, signal }) => {
        if (running.delete(run)) onEnded(run.ingester.name, signal ?? `exit code ${code}`);
      });
      return run;
    },
    keep(kept) {
      for (const chain of running) if (chain !== kept) void stop(chain);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map(stop));
    },
  };
}
