import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import type { Measured } from './bench.ts';

/** Of Linux, in which `/proc` counts CPU time. */
const MS_PER_TICK = 10;
/** Of a command line no more is read. */
const FILE_BYTES_MAX = 16_384;
/** How often it is looked for a moment in which no process ends. */
const LOOKS_MAX = 50;

interface ProcessTimes {
  readonly parent: number;
  readonly own: number;
  /** Of children that have ended and were waited for. */
  readonly ended: number;
}

/**
 * CPU time of the processes whose command line holds `mark` (such as a run's directory) and one of `words`, and of all their
 * children, those that have ended included, in milliseconds. Linux only.
 */
export function cpuMsOfProcesses(mark: string, word = ''): number {
  let [before, at] = [takeTimes(mark, word), takeTimes(mark, word)];
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const after = takeTimes(mark, word);
    if (before.pids === at.pids && at.pids === after.pids) break;
    [before, at] = [at, after];
  }
  return at.cpuMs;
}

/**
 * One look. A process that ends during it is counted twice or not at all, as itself and as its parent's child, so that a look
 * counts where those before and behind it saw the same processes.
 */
function takeTimes(mark: string, word: string): { readonly cpuMs: number; readonly pids: string } {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const times = new Map<number, ProcessTimes>();
  for (const pid of pids) {
    const found = timesOf(pid);
    if (found !== null) times.set(Number(pid), found);
  }
  const roots = new Set(pids.filter((pid) => isMeant(pid, mark, word)).map(Number));
  const meant = [...times].filter(([pid]) => isBelow(pid, roots, times));
  const ticks = meant.reduce((sum, [, { own, ended }]) => sum + own + ended, 0);
  return { cpuMs: ticks * MS_PER_TICK, pids: meant.map(([pid]) => pid).join(' ') };
}

function isMeant(pid: string, mark: string, word: string): boolean {
  if (Number(pid) === process.pid) return false;
  const command = read(pid, 'cmdline').replaceAll('\0', ' ');
  return command.includes(mark) && command.includes(word) && !command.includes('watchdog');
}

function isBelow(pid: number, roots: ReadonlySet<number>, times: ReadonlyMap<number, ProcessTimes>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = times.get(at)?.parent) {
    if (roots.has(at)) return true;
  }
  return false;
}

function timesOf(pid: string): ProcessTimes | null {
  const fields = read(pid, 'stat').split(') ').at(-1)?.split(' ');
  if (fields === undefined || fields.length < 15) return null;
  const at = (index: number): number => Number(fields[index]);
  return { parent: at(1), own: at(11) + at(12), ended: at(13) + at(14) };
}

/** Every look reads hundreds of files: into one place, so that what is measured does not pay for the room of each. */
const room = Buffer.alloc(FILE_BYTES_MAX);

function read(pid: string, file: string): string {
  try {
    const opened = openSync(`/proc/${pid}/${file}`, 'r');
    try {
      return room.toString('latin1', 0, readSync(opened, room));
    } finally {
      closeSync(opened);
    }
  } catch {
    return ''; // it has ended since
  }
}

/** Measures work of this process, and of others whose CPU time `others` reads. */
export async function measured(
  work: () => Promise<string> | string,
  others: () => number = () => 0,
): Promise<Measured> {
  const othersBefore = others();
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const answer = await work();
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1_000 + others() - othersBefore, wallMs, answer };
}

/** CPU time of the children of this process that have ended, and of theirs, in milliseconds. */
export function cpuMsOfEndedChildren(): number {
  return (timesOf('self')?.ended ?? 0) * MS_PER_TICK;
}
