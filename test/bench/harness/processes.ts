import { readdirSync, readFileSync } from 'node:fs';
import type { Measured } from './bench.ts';

/** Of Linux, in which `/proc` counts CPU time. */
const MS_PER_TICK = 10;

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
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const times = new Map<number, ProcessTimes>();
  for (const pid of pids) {
    const found = timesOf(pid);
    if (found !== null) times.set(Number(pid), found);
  }
  const roots = new Set(pids.filter((pid) => isMeant(pid, mark, word)).map(Number));
  let ticks = 0;
  for (const [pid, { own, ended }] of times) {
    if (isBelow(pid, roots, times)) ticks += own + ended;
  }
  return ticks * MS_PER_TICK;
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

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
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
