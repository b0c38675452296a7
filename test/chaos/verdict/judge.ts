/** What is wrong with what a run left behind. It imports nothing of the code that is checked, nor does the checker. */
import { check } from '../../simulation/checks/checker.ts';
import type { Counted } from '../../simulation/checks/evidence.ts';
import type { Violation } from '../../simulation/run/violation.ts';
import type { MachineEvidence } from './collect.ts';

/** A breach of an invariant; I9 is not one of the simulation's. */
export interface Breach {
  readonly invariant: Violation['invariant'] | 'I9';
  readonly where: string;
  readonly what: string;
}

export interface Judgement {
  readonly breaches: readonly Breach[];
  /** Of each machine's log. */
  readonly counted: Readonly<Record<string, Counted>>;
  readonly lost: number;
  readonly doubled: number;
  readonly mismatches: number;
}

type Judged = Pick<MachineEvidence, 'name' | 'evidence' | 'feed' | 'kept'>;

export function judge(machines: readonly Judged[], others: readonly Breach[] = []): Judgement {
  const breaches: Breach[] = [...others];
  const counted: Record<string, Counted> = {};
  for (const { name, evidence, feed, kept } of machines) {
    const found = check(evidence);
    counted[name] = found.counted;
    breaches.push(...found.violations.map(({ where, ...rest }) => ({ ...rest, where: `${name}: ${where}` })));
    breaches.push(...compareKept(name, feed, kept));
  }
  const count = (...invariants: readonly Breach['invariant'][]) =>
    breaches.filter(({ invariant }) => invariants.includes(invariant)).length;
  return { breaches, counted, lost: count('I1'), doubled: count('I2'), mismatches: count('I4', 'I5') };
}

/** A subscriber keeps exactly the entries of the feed, each once and in order. */
function compareKept(name: string, feed: readonly string[], kept: readonly string[]): readonly Breach[] {
  const where = `subscriber of ${name}`;
  const had = new Set(kept);
  const known = new Set(feed);
  const lost = feed.filter((entry) => !had.has(entry));
  const strange = kept.filter((entry) => !known.has(entry));
  const breaches: Breach[] = [
    ...lost.map((entry) => ({ invariant: 'I1' as const, where, what: `was never told ${entry.slice(0, 120)}` })),
    ...strange.map((entry) => ({ invariant: 'I1' as const, where, what: `was told ${entry.slice(0, 120)}` })),
    ...(had.size < kept.length
      ? [{ invariant: 'I2' as const, where, what: `${kept.length - had.size} entries twice` }]
      : []),
  ];
  if (breaches.length === 0 && feed.some((entry, i) => entry !== kept[i]))
    breaches.push({ invariant: 'I3', where, what: 'has the entries in another order' });
  return breaches;
}
