import type { VerdictChanges } from '@virtualchain/projection';
import { paint } from '../../../output.ts';
import { countLines, verdictArrow, verdictInFull } from '../../../printing/verdict-change.ts';
import type { Happening } from '../happenings.ts';
import { counted, seconds } from './numbers.ts';

/** What came of a save: how long it took, and what the rules made of the log so far. */
export function switchedLines(switched: Extract<Happening, { kind: 'switched' }>): readonly string[] {
  const { ms, machine, version, blocks, operations, verdicts, changes, height, isOtherChain } = switched;
  const { accepted, rejected, ignored } = verdicts;
  const folded = `${counted(blocks, 'block')} and ${counted(operations, 'operation')} folded`;
  const counts = `${accepted} accepted, ${rejected} rejected, ${ignored} ignored`;
  const { consensusHash, consensusHashBefore } = switched;
  const before =
    consensusHashBefore === null || consensusHashBefore === consensusHash ? '' : `, before ${consensusHashBefore}`;
  return [
    paint.green(`${machine}, version ${version}, is live after ${seconds(ms)}: ${folded}, ${counts}`),
    ...(isOtherChain ? ['  the chain is another one: its operations were read from the node again'] : []),
    ...changeLines(changes),
    ...(consensusHash === null ? [] : [`  consensus hash of block ${height}: ${consensusHash}${before}`]),
  ];
}

function changeLines(changes: VerdictChanges | null): readonly string[] {
  if (changes === null || changes.compared === 0) return [];
  const { compared, changed, counts, first } = changes;
  if (changed === 0) return [`  verdicts so far: none of ${compared} changed`];
  const left = changed - first.length;
  return [
    paint.yellow(`  verdicts so far: ${changed} of ${compared} changed`),
    ...countLines(counts),
    ...first.map(
      ({ height, txid, before, after }) =>
        `    block ${height} ${txid}: ${verdictArrow(verdictInFull(before), verdictInFull(after))}`,
    ),
    ...(left > 0 ? [`    and ${left} more`] : []),
  ];
}
