import type { ToldVerdict, VerdictChangeCount } from '@virtualchain/projection';
import { visible } from '../output.ts';

/** `rejected NAME_TAKEN → accepted`. */
export function verdictArrow(before: string, after: string): string {
  return before === after ? `${before}, in other words` : `${before} → ${after}`;
}

/** A line for each kind of change, with how many operations it is of. */
export function countLines(counts: readonly VerdictChangeCount[]): readonly string[] {
  return counts.map(
    ({ before, after, operations }) =>
      `    ${String(operations).padStart(5)}  ${verdictArrow(toldVerdict(before), toldVerdict(after))}`,
  );
}

function toldVerdict({ kind, code }: Pick<ToldVerdict, 'kind' | 'code'>): string {
  return code === null ? kind : `${kind} ${visible(code)}`;
}

/** With its reason in words. */
export function verdictInFull(verdict: ToldVerdict): string {
  return verdict.detail === null || verdict.detail === ''
    ? toldVerdict(verdict)
    : `${toldVerdict(verdict)}: ${visible(verdict.detail)}`;
}
