import { errorText } from '@virtualchain/kernel';
import { printError } from '../output.ts';

/** Says, beside the output, what is waited for: once for each thing, not at every look. `log` is how the log is called. */
export function waitingFor(log: string) {
  let height: number | null = null;
  const told = new Set<string>();
  const tell = (thing: string, line: string): void => {
    if (!told.has(thing)) printError(line);
    told.add(thing);
  };
  return {
    at(block: number): void {
      height = block;
    },
    onEnd(): void {
      if (height === null) tell('first block', `${log} holds no block yet; waiting for the first`);
      else tell('next block', `at the end of ${log}, height ${height}; waiting for the next block`);
    },
    onRetry(error: unknown): void {
      const reason = errorText(error);
      tell(reason, `waiting: ${reason}`);
    },
  };
}

/** Whoever asks once is not kept waiting. */
export function rethrow(error: unknown): never {
  throw error;
}
