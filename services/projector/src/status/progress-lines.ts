import { formatProgress, type Logger, progressMeter } from '@virtualchain/process';

export interface ProgressOptions {
  readonly logger: Logger;
  /** Between two lines. */
  readonly progressMs: number;
  readonly now: () => number;
}

/** Lines of the log that say how far a machine is and how fast it goes. */
export interface ProgressLines {
  /** Counts from here on: the machine catches up from now. */
  restart(): void;
  add(work: { readonly blocks: number; readonly operations: number }, height: number | null, top: number | null): void;
}

export function progressLines({ logger, progressMs, now }: ProgressOptions): ProgressLines {
  let meter = progressMeter({ startMs: now() });
  let toldAt = now();
  return {
    restart: () => {
      meter = progressMeter({ startMs: now() });
    },
    add: ({ blocks, operations }, height, top) => {
      meter.add({ blocks, operations }, now());
      if (now() - toldAt < progressMs) return;
      toldAt = now();
      const done = meter.read(now());
      if (top !== null && height !== null) meter.expect(done.blocks + Math.max(0, top - height));
      logger.info({ height, logHeight: top }, formatProgress(meter.read(now())));
    },
  };
}
