import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bench } from '../harness/bench.ts';
import { cpuMsOfEndedChildren, measured } from '../harness/processes.ts';
import { medianOf } from '../harness/quantile.ts';

const run = promisify(execFile);
const vchain = join(import.meta.dirname, '../../../services/cli/bin/vchain.mjs');

/** Starts of `vchain --help`, each in a process of its own. */
const help: Bench = {
  name: 'start',
  workload: 'vchain --help',
  peer: 'a limit',
  target: { kind: 'amount', atMost: 0.5, unit: 's of CPU' },
  async open() {
    const taken: number[] = [];
    return {
      async ours(round) {
        const one = await measured(async () => {
          const { stdout } = await run(process.execPath, [vchain, '--help']);
          return stdout;
        }, cpuMsOfEndedChildren);
        if (round >= 0) taken.push(one.cpuMs / 1_000);
        return one;
      },
      peer: null,
      amount: () => medianOf(taken),
      async [Symbol.asyncDispose]() {},
    };
  },
};

export const benches = [help];
