/** What a process takes at a moment. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { COLLECTION_MS } from '../limits.ts';
import type { Watched } from '../stage/stage.ts';

export interface ProcessSample {
  readonly residentMb: number;
  /** Used by objects, and the room that V8 has taken for them. */
  readonly heapMb: number;
  readonly heapRoomMb: number;
  /** Buffers outside of the heap. */
  readonly externalMb: number;
  /** Files, sockets and pipes. */
  readonly handles: number;
  readonly threads: number;
  /** Since its start. */
  readonly cpuSeconds: number;
}

const MB = 1_024 * 1_024;
const TICKS_PER_SECOND = 100;

/** From Linux and from the metrics of the process; `collects` when garbage is to go first. */
export async function sampleProcess({ pid, port, process }: Watched, collects: boolean): Promise<ProcessSample> {
  if (collects) {
    await process.kill('SIGUSR2');
    await sleep(COLLECTION_MS);
  }
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const metric = (name: string): number => {
    const line = metrics.split('\n').find((one) => one.startsWith(`${name}{`) || one.startsWith(`${name} `));
    return Number(line?.split(' ').at(-1) ?? Number.NaN);
  };
  return {
    ...sampleOfLinux(pid),
    heapMb: metric('nodejs_heap_size_used_bytes') / MB,
    heapRoomMb: metric('nodejs_heap_size_total_bytes') / MB,
    externalMb: metric('nodejs_external_memory_bytes') / MB,
  };
}

/** What `/proc` says of any process. */
export function sampleOfLinux(pid: number): Pick<ProcessSample, 'residentMb' | 'handles' | 'threads' | 'cpuSeconds'> {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const number = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN);
  const times = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  return {
    residentMb: number('VmRSS') / 1_024,
    handles: readdirSync(`/proc/${pid}/fd`).length,
    threads: number('Threads'),
    cpuSeconds: (Number(times[11]) + Number(times[12])) / TICKS_PER_SECOND,
  };
}
