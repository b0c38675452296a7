import { LINKS, type Minimum, VICTIMS } from '../troubles/schedule.ts';
import type { Done } from '../troubles/troubles.ts';

/** What a run had too little of to say anything. */
export interface Shortfall {
  readonly what: string;
  readonly had: number;
  readonly wanted: number;
}

interface Numbers {
  readonly done: Done;
  readonly seconds: number;
  readonly operations: number;
  readonly reorgs: number;
  readonly reorgsInLog: number;
  readonly deepest: number;
}

export function shortfalls(
  minimum: Minimum,
  { done, seconds, operations, reorgs, reorgsInLog, deepest }: Numbers,
): readonly Shortfall[] {
  const all: readonly Shortfall[] = [
    ...VICTIMS.flatMap((victim) => [
      { what: `kills of ${victim} with work in flight`, had: done.inFlight[victim], wanted: minimum.killsOfEach },
      { what: `pauses of ${victim}`, had: done.pauses[victim], wanted: minimum.pausesOfEach },
    ]),
    ...LINKS.map((link) => ({
      what: `faults of the network to ${link}`,
      had: done.faults[link],
      wanted: minimum.faultsOfEach,
    })),
    { what: 'reorganisations', had: reorgs, wanted: minimum.reorgs },
    { what: 'reorganisations in the log', had: reorgsInLog, wanted: minimum.reorgsInLog },
    { what: 'depth of a reorganisation', had: deepest, wanted: minimum.deepest },
    { what: 'operations committed a second', had: operations / seconds, wanted: minimum.operationsPerSecond },
  ];
  return all.filter(({ had, wanted }) => had < wanted);
}
