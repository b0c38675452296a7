import type { Outcome } from './run.ts';
import { LINKS, VICTIMS } from './troubles/schedule.ts';

const BREACHES_SHOWN_MAX = 20;

/** The counts of a run, and what was wrong. */
export function report(outcome: Outcome): readonly string[] {
  const { done, ownExits, seconds, catchUpSeconds, judgement } = outcome;
  const exits = new Map<string, number>();
  for (const { name, how } of ownExits) exits.set(`${name} (${how})`, (exits.get(`${name} (${how})`) ?? 0) + 1);
  const rate = (outcome.operations / seconds).toFixed(1);
  return [
    ...VICTIMS.map(
      (victim) =>
        `${victim.padEnd(20)} ${done.kills[victim]} kills, ${done.inFlight[victim]} of them with work in flight, ${done.whileMoving[victim]} while the projections moved; ${done.pauses[victim]} pauses`,
    ),
    `networks             ${LINKS.map((link) => `${done.faults[link]} faults to ${link}`).join(', ')}`,
    `node restarted empty ${done.emptied}`,
    `ended by themselves  ${[...exits].map(([what, times]) => `${what} ${times}`).join(', ') || 'none'}`,
    `chain                ${outcome.blocks} blocks, ${outcome.reorgs} reorganisations, the deepest ${outcome.deepest}`,
    ...Object.entries(judgement.counted).map(
      ([name, { blocks, operations, reorgs, deepest, writers }]) =>
        `log of ${name.padEnd(13)} ${blocks} blocks connected with ${operations} operations, ${reorgs} reorganisations, the deepest ${deepest}, ${writers} writers`,
    ),
    `operations           ${outcome.operations} committed in ${seconds.toFixed(0)} s, ${rate} a second; all agreed ${catchUpSeconds.toFixed(1)} s after the last trouble`,
    ...judgement.breaches
      .slice(0, BREACHES_SHOWN_MAX)
      .map(({ invariant, where, what }) => `BREACH ${invariant}, ${where}: ${what}`),
    ...outcome.shortfalls.map(
      ({ what, had, wanted }) => `TOO LITTLE: ${what}: ${Number(had.toFixed(1))}, wanted ${wanted}`,
    ),
    `lost ${judgement.lost}, doubled ${judgement.doubled}, mismatches ${judgement.mismatches}, breaches ${judgement.breaches.length}`,
  ];
}
