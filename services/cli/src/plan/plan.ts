import type { BitcoinNode } from '@virtualchain/node-client';
import type { VirtualChain } from '@virtualchain/protocol';
import { projectionBytesPerBlock, projectionBytesPerOperation, sampleParts } from '../limits.ts';
import { type Sample, sampleWindow } from './sample.ts';
import { type SampledWindow, type Window, windowsOf } from './windows.ts';

/** What a sync is expected to cost. */
export interface SyncCost {
  readonly blocks: number;
  readonly bytes: number;
  readonly operations: number;
  readonly seconds: number;
  readonly logBytes: number;
  /** Of one machine's projection, as far as it keeps about as much as the built-in ones. */
  readonly projectionBytes: number;
}

/** What was measured, and what follows. */
export interface SyncPlan extends SyncCost {
  readonly from: number;
  readonly to: number;
  readonly sampled: { readonly blocks: number; readonly windows: number; readonly blocksPerSecond: number };
}

export interface PlanOptions {
  readonly node: BitcoinNode;
  readonly chain: VirtualChain;
  readonly network: string;
  readonly range: Window;
  readonly sampleBlocks: number;
  readonly signal: AbortSignal;
  readonly onSample?: (done: number, of: number) => void;
}

/**
 * Measures some blocks of a range, one part after the other, and counts each for the part that it stands in. The first part is measured
 * twice and counts once: code that is still being compiled is slower than a sync is for most of its time.
 */
export async function planSync({ range, sampleBlocks, onSample, ...options }: PlanOptions): Promise<SyncPlan> {
  const blocksEach = Math.max(2, Math.ceil(sampleBlocks / sampleParts));
  const windows = windowsOf(range, sampleParts, blocksEach);
  const [first] = windows;
  if (first !== undefined)
    await sampleWindow(options, { from: first.from, to: Math.min(first.to, first.from + blocksEach - 1) });
  const samples: Sample[] = [];
  for (const [i, window] of windows.entries()) {
    samples.push(await sampleWindow(options, window));
    onSample?.(i + 1, windows.length);
  }
  const blocks = samples.reduce((sum, sample) => sum + sample.blocks, 0);
  const seconds = samples.reduce((sum, sample) => sum + sample.seconds, 0);
  return {
    ...range,
    ...costOf(windows, samples),
    sampled: { blocks, windows: windows.length, blocksPerSecond: seconds === 0 ? 0 : blocks / seconds },
  };
}

/** What samples stand for, added up. */
export function costOf(windows: readonly SampledWindow[], samples: readonly Sample[]): SyncCost {
  const total = (of: (sample: Sample) => number): number =>
    windows.reduce((sum, { standsFor }, i) => {
      const sample = samples[i];
      return sample === undefined ? sum : sum + (of(sample) * standsFor) / sample.blocks;
    }, 0);
  const [blocks, operations] = [total((sample) => sample.blocks), total((sample) => sample.operations)];
  return {
    blocks: Math.round(blocks),
    bytes: Math.round(total((sample) => sample.bytes)),
    operations: Math.round(operations),
    seconds: total((sample) => sample.seconds),
    logBytes: Math.round(total((sample) => sample.logBytes)),
    projectionBytes: Math.round(blocks * projectionBytesPerBlock + operations * projectionBytesPerOperation),
  };
}
