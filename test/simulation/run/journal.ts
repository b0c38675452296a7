import { createHash } from 'node:crypto';
import type { Scheduler } from './scheduler.ts';
import type { Violation } from './violation.ts';

/** What a run writes down about itself: its trace, its counts, and what went wrong in it. */
export interface Journal {
  trace(line: string): void;
  count(what: string, by?: number): void;
  /** How often it was counted so far. */
  counted(what: string): number;
  fail(where: string, what: string, invariant?: Violation['invariant']): void;
  readonly hasFailed: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly violations: Violation[];
  /** Nothing is written down from here on. Answers with the SHA-256 of the trace, where it is hashed. */
  close(): string;
}

export interface JournalOptions {
  readonly onLine: ((line: string) => void) | undefined;
  readonly hashesTrace: boolean;
}

export function createJournal({ now }: Scheduler, { onLine, hashesTrace }: JournalOptions): Journal {
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  const violations: Violation[] = [];
  let isClosed = false;
  function trace(line: string): void {
    if (isClosed) return;
    if (hashesTrace) hash.update(`${now()} ${line}\n`);
    onLine?.(`${(now() / 1_000).toFixed(3).padStart(9)} ${line}`);
  }
  return {
    trace,
    count(what, by = 1) {
      if (!isClosed) counts[what] = (counts[what] ?? 0) + by;
    },
    counted: (what) => counts[what] ?? 0,
    fail(where, what, invariant = 'I8') {
      trace(`VIOLATION ${where}: ${what}`);
      violations.push({ invariant, where, what });
    },
    get hasFailed() {
      return violations.length > 0;
    },
    counts,
    violations,
    close() {
      isClosed = true;
      return hash.digest('hex');
    },
  };
}
