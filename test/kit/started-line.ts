import { readFile } from 'node:fs/promises';
import type { RunningProcess } from '@virtualchain/local';
import { until } from './until.ts';

/** What a service says when it has started. */
export interface StartedLine {
  readonly msg: 'started';
  readonly pid: number;
  /** Of its pages for operators. */
  readonly port: number;
  /** Of a gateway: where questions are answered. */
  readonly address: string;
  readonly [field: string]: unknown;
}

/** Waits for the line with which a service says that it has started. Fails with its log where it ends instead. */
export async function startedLine({ name, logFile, exited }: RunningProcess): Promise<StartedLine> {
  let hasEnded = false;
  void exited.then(() => {
    hasEnded = true;
  });
  const line = await until(
    `${name} has started`,
    async () => {
      const ended = hasEnded;
      const text = await readFile(logFile, 'utf8').catch(() => '');
      const found = text.split('\n').find((one) => one.includes('"msg":"started"') && one.endsWith('}'));
      if (found === undefined && ended) throw new Error(`${name} ended: ${text}`);
      return found;
    },
    (found) => found !== undefined,
  );
  return JSON.parse(line ?? '') as StartedLine;
}
