import type { Invariant, Violation } from '../run/violation.ts';
import { checkLog } from './check-log.ts';
import { operationsOf } from './check-operations.ts';
import { checkDump, checkFeed, checkOperations } from './check-projection.ts';
import { checkTold } from './check-subscriber.ts';
import type { Counted, Evidence } from './evidence.ts';

/**
 * Checks what a run left behind against the invariants of the project. It stands apart from the code under test: it
 * imports nothing of it, parses records with `JSON.parse` alone and counts sequences, epochs and hashes by itself.
 */
export function check(evidence: Evidence): { readonly violations: readonly Violation[]; readonly counted: Counted } {
  const violations: Violation[] = [];
  const expected = evidence.winning.map((block) => operationsOf(block, evidence.magic));
  const say =
    (where: string) =>
    (invariant: Invariant, what: string): void => {
      violations.push({ invariant, where, what });
    };
  const counted = checkLog(evidence, expected, say('log'));
  for (const { name, dump, oracle, feed } of evidence.projections) {
    checkDump(dump, oracle, say(name));
    checkOperations(evidence, expected, dump, say(name));
    checkFeed(evidence, expected, feed, say(`feed of ${name}`));
  }
  for (const { name, told } of evidence.subscribers) checkTold(evidence, expected, told, say(name));
  return { violations, counted };
}
