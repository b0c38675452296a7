import { ExpectedError } from '@virtualchain/kernel';
import { formatProgress, progressMeter } from '@virtualchain/process';
import { compareRules as compare, type RulesCompared, type ToldRow } from '@virtualchain/projection';
import type { Connection } from '../connection.ts';
import { openLog, topicOf } from '../log-of.ts';
import { openMachine } from '../machine-of.ts';
import { endProgress, paint, print, printProgress } from '../output.ts';
import { countLines, verdictArrow, verdictInFull } from '../printing/verdict-change.ts';
import { heightOf } from '../values.ts';

/** The new rules part from the live ones below the height that they declare, or declare none: a rebuild would refuse them. */
class RulesNotDeclared extends ExpectedError {
  override readonly name = 'RulesNotDeclared';
  readonly code = 'RULES_NOT_DECLARED';
  readonly remedy = 'halt';
}

/** `vchain compare-rules <machine>`: what a new version of a machine would make of the log, beside what the live one made. */
export async function compareRules(
  connection: Connection,
  machine: string,
  options: { readonly json: boolean; readonly from?: string },
): Promise<void> {
  const from = options.from === undefined ? {} : { from: heightOf('--from', options.from) };
  await using opened = await openMachine(connection, machine);
  const { registry, instance } = opened;
  await using log = await openLog(connection);
  const meter = progressMeter({ startMs: performance.now() });
  const first = from.from ?? instance.machine.firstBlock;
  let [blocksBefore, operationsBefore] = [0, 0];
  const compared = await compare({
    registry,
    instance,
    log,
    topic: topicOf(connection, instance.chain),
    ...from,
    onProgress: (height, to, operations) => {
      const blocks = height - first + 1;
      meter.expect(to - first + 1);
      meter.add({ blocks: blocks - blocksBefore, operations: operations - operationsBefore }, performance.now());
      [blocksBefore, operationsBefore] = [blocks, operations];
      printProgress(`folding: ${formatProgress(meter.read(performance.now()))}`);
    },
  });
  endProgress();
  if (options.json) print(JSON.stringify({ machine: instance.machine.name, ...compared }));
  else for (const line of reportLines(instance.machine.name, compared)) print(line);
  if (!compared.isDeclared) throw new RulesNotDeclared(notDeclared(compared));
}

function reportLines(machine: string, compared: RulesCompared): readonly string[] {
  const { schema, version, from, to, blocks, operations, changed, counts, firstBlock, firstOperation, firstRow } =
    compared;
  return [
    `${machine}, version ${version}, beside ${schema}: heights ${from} to ${to}, ${blocks} blocks, ${operations} operations`,
    ...noteLines(compared),
    firstBlock === null
      ? paint.green('  they agree on every block')
      : `  first block: ${firstBlock.height} ${firstBlock.hash}: other ${firstBlock.by.join(', ')}`,
    ...(firstOperation === null
      ? []
      : [
          `  first operation: block ${firstOperation.height}, position ${firstOperation.position}, ${firstOperation.txid}: ${verdictArrow(verdictInFull(firstOperation.before), verdictInFull(firstOperation.after))}`,
        ]),
    ...(firstRow === null
      ? []
      : [
          `  first row: block ${firstRow.height}, ${firstRow.collection} ${JSON.stringify(firstRow.key)}:`,
          `    live       ${rowText(firstRow.live)}`,
          `    candidate  ${rowText(firstRow.candidate)}`,
        ]),
    changed === 0
      ? '  no operation changes its verdict'
      : paint.yellow(`  operations that change their verdict: ${changed}`),
    ...countLines(counts),
  ];
}

function noteLines({ startedFromLive, declaredFrom, from, leftOut, comparesHashes }: RulesCompared): readonly string[] {
  const notes: string[] = [];
  if (startedFromLive && (declaredFrom === null || declaredFrom < from))
    notes.push(
      `it began with the rows of the live build: what the new rules would have changed below ${from} is not seen`,
    );
  if (leftOut.length > 0) notes.push(`rows left out, their shape is another one: ${leftOut.join(', ')}`);
  if (!comparesHashes) notes.push('they begin at different heights: only verdicts are compared');
  return notes.map((note) => `  ${note}`);
}

function rowText(row: ToldRow): string {
  return row === null ? 'no row' : JSON.stringify(row);
}

function notDeclared({ version, liveVersion, declaredFrom, firstBlock }: RulesCompared): string {
  const where = `they differ from block ${firstBlock?.height} on`;
  if (version <= liveVersion)
    return `${where}, under version ${version}, which the live build has too; give the new rules version ${liveVersion + 1} and differsFrom ${firstBlock?.height}`;
  return declaredFrom === null
    ? `${where}, and version ${version} declares no height; give it differsFrom ${firstBlock?.height}, or vchain rebuild refuses it`
    : `${where}, version ${version} declares ${declaredFrom}; declare ${firstBlock?.height}, or mend the rules: vchain rebuild refuses it`;
}
