import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ReadersReport, ReadersTask } from './readers.ts';

/** Readers of a gateway in a process of their own. */
export interface Readers {
  readonly report: () => Promise<ReadersReport>;
  readonly end: () => void;
}

export function startReaders(task: ReadersTask): Readers {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'readers.ts'), JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });
  const waiting: ((report: ReadersReport) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line) as ReadersReport));
  return {
    report: () =>
      new Promise<ReadersReport>((resolve) => {
        waiting.push(resolve);
        child.stdin.write('\n');
      }),
    end: () => void child.stdin.end(),
  };
}
