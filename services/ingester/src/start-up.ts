import type { ExpectedError } from '@virtualchain/kernel';
import type { HealthServerOptions } from '@virtualchain/process';

/** What the process answers to those who watch it. */
export type Watched = Pick<HealthServerOptions, 'health' | 'ready' | 'status'>;

/** The answers of the process from its first moment on. */
export interface StartUp extends Watched {
  /** Notes what the start waits for: no chain can begin before it is there. */
  waitsFor(error: ExpectedError): void;
  /** The start is over: from now on the chains answer. */
  over(work: Watched): void;
}

/**
 * Answers before there is anything to ask the chains: which network they are on may be for a node to say, and that node may
 * be down for hours. A restart would not help it, so the process is well; it is not ready, and says what it waits for.
 */
export function createStartUp(chains: readonly string[]): StartUp {
  let cause: ExpectedError | null = null;
  const states = () =>
    chains.map((chain) => ({
      chain,
      state: cause === null ? 'starting' : 'waiting',
      detail: cause?.message ?? null,
      code: cause?.code ?? null,
    }));
  let answers: Watched = {
    health: () => ({ ok: true }),
    ready: () => ({ ok: false, detail: states().map(({ chain, state, code }) => ({ chain, state, code })) }),
    status: () => ({ service: 'ingester', node: null, network: null, chains: states() }),
  };
  return {
    waitsFor(error) {
      cause = error;
    },
    over(work) {
      answers = work;
    },
    health: () => answers.health(),
    ready: () => answers.ready(),
    status: () => answers.status(),
  };
}
