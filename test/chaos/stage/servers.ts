/** Node and Postgres as troubles may treat them. */
import { readdirSync, readFileSync } from 'node:fs';
import type { NodePart, PostgresPart } from '@virtualchain/local';
import pg from 'pg';
import type { Victim } from './killable.ts';
import type { Work } from './work.ts';

/**
 * Nothing is mined while the node is away. When it is back it is given every block again: btcd has forgotten all of them, and a
 * bitcoind what it had not written.
 */
export function nodeVictim(node: NodePart, work: Work): Victim & { startEmpty(): Promise<void> } {
  let isBack = Promise.withResolvers<void>();
  /** Holds the generator from the moment of the trouble until it is over. */
  const hold = async (trouble: () => Promise<void>): Promise<void> => {
    const begun = Promise.withResolvers<void>();
    isBack = Promise.withResolvers();
    const over = isBack.promise;
    void work.exclusively(async () => {
      await trouble().then(begun.resolve, begun.reject);
      await over;
    });
    await begun.promise;
  };
  return {
    kill: () => hold(() => node.kill()),
    async start() {
      await node.start();
      await work.miner.resubmitAll();
      isBack.resolve();
    },
    async startEmpty() {
      await hold(() => node.startEmpty());
      await work.miner.resubmitAll();
      isBack.resolve();
    },
    freeze: () => hold(() => node.kill('SIGSTOP')),
    async thaw() {
      await node.kill('SIGCONT');
      isBack.resolve();
    },
  };
}

/** Its processes are groups of their own: to freeze the server is to freeze every one of them. */
export function postgresVictim(postgres: PostgresPart): Victim {
  let frozen: readonly number[] = [];
  return {
    kill: () => postgres.kill(),
    start: () => postgres.start(),
    async freeze() {
      const children = await childrenOf(postgres);
      await postgres.kill('SIGSTOP');
      frozen = children.filter((pid) => signal(pid, 'SIGSTOP'));
    },
    async thaw() {
      for (const pid of frozen) signal(pid, 'SIGCONT');
      frozen = [];
      await postgres.kill('SIGCONT');
    },
  };
}

async function childrenOf(postgres: PostgresPart): Promise<readonly number[]> {
  if (postgres.source !== 'local' || process.platform !== 'linux') return [];
  const client = new pg.Client({ connectionString: postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const parent = parentOf(Number(rows[0].pid));
  await client.end();
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parent !== null && parentOf(pid) === parent);
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null; // it has ended meanwhile
  }
}

/** Whether it was still there. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}
