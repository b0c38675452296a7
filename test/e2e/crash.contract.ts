import { expect, test } from '@jest/globals';
import type { RunningProcess } from '@virtualchain/local';
import { type LogKind, System } from '../kit/system.ts';
import { seeded } from '../kit/traffic.ts';

const MACHINES = ['kv', 'activity'] as const;

/** A process that is started again whenever it ends, as a supervisor would. */
class Supervised {
  kills = 0;
  #process: RunningProcess;
  readonly #start: () => Promise<RunningProcess>;

  constructor(process: RunningProcess, start: () => Promise<RunningProcess>) {
    this.#process = process;
    this.#start = start;
  }

  static async of(start: () => Promise<RunningProcess>): Promise<Supervised> {
    return new Supervised(await start(), start);
  }

  async killAndRestart(): Promise<void> {
    await this.#process.kill('SIGKILL');
    this.kills++;
    this.#process = await this.#start();
  }
}

/** Kills every process so many times, with the log in one or the other. */
export function crashContract(logIn: LogKind, killsEach: number): void {
  test(`kill-9, the log in ${logIn}: the ingester and each projector are killed ${killsEach} times with work in flight, and nothing is lost or doubled`, async () => {
    const seed = Number(process.env['SEED'] ?? 7);
    const random = seeded(seed);
    await using system = await System.start({ seed, logIn });
    const supervised = [
      await Supervised.of(() => system.ingester()),
      await Supervised.of(() => system.projector('kv')),
      await Supervised.of(() => system.projector('activity')),
    ];
    const isDone = (): boolean => supervised.every(({ kills }) => kills >= killsEach);
    /** Blocks and reorganisations go on all the while. */
    const work = (async () => {
      while (!isDone()) {
        if (random() < 0.15) await system.reorg(1 + Math.floor(random() * 6));
        else await system.mine(1, 1 + Math.floor(random() * 6));
        await new Promise((resume) => setTimeout(resume, 50 + random() * 150));
      }
    })();
    /** A process is left alone for as long as the seed says: in start-up, in mid-batch, or at the tip. */
    const kill = async (victim: Supervised): Promise<void> => {
      while (victim.kills < killsEach) {
        await new Promise((resume) => setTimeout(resume, 300 + random() * 2_200));
        await victim.killAndRestart();
      }
    };
    await Promise.all([work, ...supervised.map(kill)]);
    await system.mine(3);
    await system.arrived(MACHINES, system.miner.tip, 120_000);
    expect({ seed, differences: await system.differences(MACHINES) }).toEqual({ seed, differences: [] });
    expect(supervised.map(({ kills }) => kills)).toEqual([killsEach, killsEach, killsEach]);
  }, 400_000);
}
