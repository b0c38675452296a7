import type { Bench, BenchContext, Measured, OpenBench, Target } from './bench.ts';
import { PeerMissing } from './bench.ts';
import { medianOf, quantile } from './quantile.ts';

const ROUNDS = 7;
const QUICK_ROUNDS = 3;

/** The rounds of one side, as figures. */
export interface Side {
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Of CPU time: the 99th percentile, which for few rounds is the largest, and the largest over the smallest. */
  readonly p99Ms: number;
  readonly spread: number;
}

/** One row as it was measured. */
export interface Row {
  readonly name: string;
  readonly workload: string;
  readonly ours: Side | { readonly amount: number; readonly unit: string };
  readonly peer: (Side & { readonly name: string }) | { readonly name: string; readonly missing: string } | null;
  /** In the sense of the target: the peer's time over ours, ours over the peer's, or the amount over its limit. */
  readonly ratio: number | null;
  readonly target: string;
  readonly equal: boolean;
  readonly met: boolean;
  readonly details: readonly string[];
  readonly note: string;
}

/** Measures one row: ours and the peer in turn (A B B A …), the answers of both compared in every round. */
export async function measureRow(bench: Bench, context: BenchContext): Promise<Row> {
  let open: OpenBench;
  try {
    open = await bench.open(context);
  } catch (error) {
    if (!(error instanceof PeerMissing)) throw error;
    return missingRow(bench, error.message);
  }
  await using ready = open;
  const rounds = context.quick ? (bench.quickRounds ?? QUICK_ROUNDS) : (bench.rounds ?? ROUNDS);
  const ours: Measured[] = [];
  const peers: Measured[] = [];
  const { peer } = ready;
  for (let round = -1; round < rounds; round++) {
    const [mine, other] = await bothOf(round, ready);
    if (round < 0) continue;
    ours.push(mine);
    if (other !== null) peers.push(other);
  }
  const equal = ours.every(({ answer }, i) => peer === null || answer === peers[i]?.answer);
  const ratio = ratioOf(bench.target, { ours, peers, amount: ready.amount?.() });
  const amount = ready.amount?.();
  return {
    ...named(bench),
    ours: bench.target.kind === 'amount' ? { amount: amount ?? Number.NaN, unit: bench.target.unit } : sideOf(ours),
    peer: peer === null ? null : { name: bench.peer, ...sideOf(peers) },
    ratio,
    equal,
    met: equal && isMet(bench.target, ratio),
    details: ready.details?.() ?? [],
  };
}

async function bothOf(round: number, { ours, peer }: OpenBench): Promise<readonly [Measured, Measured | null]> {
  if (peer === null) return [await ours(round), null];
  if (round % 2 === 0) {
    const mine = await ours(round);
    return [mine, await peer(round)];
  }
  const other = await peer(round);
  return [await ours(round), other];
}

function named({ name, workload, target, note = '' }: Bench) {
  return { name, workload, target: targetText(target), note };
}

function missingRow(bench: Bench, missing: string): Row {
  const ours = { amount: Number.NaN, unit: 'not measured' };
  const peer = { name: bench.peer, missing };
  return { ...named(bench), ours, peer, ratio: null, equal: false, met: false, details: [] };
}

function ratioOf(
  target: Target,
  { ours, peers, amount }: { ours: readonly Measured[]; peers: readonly Measured[]; amount: number | undefined },
): number {
  if (target.kind === 'amount') return (amount ?? Number.NaN) / target.atMost;
  const time = target.kind.startsWith('wall') ? ({ wallMs }: Measured) => wallMs : ({ cpuMs }: Measured) => cpuMs;
  const [mine, other] = [medianOf(ours.map(time)), medianOf(peers.map(time))];
  return 'atLeast' in target ? other / mine : mine / other;
}

function isMet(target: Target, ratio: number): boolean {
  if (target.kind === 'amount') return ratio <= 1;
  return 'atLeast' in target ? ratio >= target.atLeast : ratio <= target.atMost;
}

function targetText(target: Target): string {
  if (target.kind === 'amount') return `<= ${target.atMost} ${target.unit}`;
  const of = target.kind.startsWith('wall') ? 'wall time' : 'CPU time';
  return 'atLeast' in target ? `>= ${target.atLeast}x as fast (${of})` : `<= ${target.atMost}x of its ${of}`;
}

function sideOf(rounds: readonly Measured[]): Side {
  const cpu = rounds.map(({ cpuMs }) => cpuMs);
  return {
    cpuMs: medianOf(cpu),
    wallMs: medianOf(rounds.map(({ wallMs }) => wallMs)),
    p99Ms: quantile(cpu, 0.99),
    spread: Math.max(...cpu) / Math.max(Math.min(...cpu), Number.EPSILON),
  };
}
