import { paint, visible } from '../../../output.ts';
import type { Happening } from '../happenings.ts';
import { toldOperationsMax } from '../limits.ts';
import type { ToldBlock, ToldOperation, ToldRow } from '../revision/messages.ts';
import type { LineOptions } from './line-options.ts';
import { counted } from './numbers.ts';
import { short } from './values.ts';

type Connected = Extract<ToldBlock, { kind: 'connected' }>;

/** An operation that was told, and what the rules of now say of it: null where that is not known. */
interface Remembered {
  readonly operation: ToldOperation;
  readonly verdict: ToldOperation['verdict'] | null;
}

type OtherRules = Pick<Extract<Happening, { kind: 'switched' }>, 'changes' | 'isOtherChain'>;

export interface BlockTeller {
  blockLines(blocks: readonly ToldBlock[]): readonly string[];
  /** Other rules judge from now on, and have judged what was told anew. */
  rejudged(rules: OtherRules): void;
}

/** Tells of blocks as they are folded and taken back. It remembers what was told: a block that goes takes operations along. */
export function blockTeller({ names }: Pick<LineOptions, 'names'>): BlockTeller {
  let told: Remembered[] = [];

  const fallen = (heights: readonly number[]): readonly Remembered[] => {
    const lowest = Math.min(...heights);
    const first = told.findIndex(({ operation }) => operation.height >= lowest);
    return first < 0 ? [] : told.splice(first);
  };
  const operationLines = (operation: ToldOperation): readonly string[] => [
    `  ${paint.bold(senderOf(operation))} ${whatOf(operation)}  ${verdictOf(operation)}`,
    ...operation.rows.map((row) => `      ${rowText(row)}`),
  ];
  const senderOf = ({ sender, address }: ToldOperation): string =>
    names(sender ?? '') ?? address ?? (sender === null ? 'nobody' : short(sender));
  const whatOf = ({ name, opcode, decoded, payload }: ToldOperation): string =>
    name === null ? `opcode ${opcode ?? 'none'}, payload ${short(payload)}` : `${name} ${short(decoded, names)}`;
  const rowText = ({ collection, before, after }: ToldRow): string => {
    if (before === null) return paint.green(`+ ${collection} ${short(after, names)}`);
    if (after === null) return paint.red(`- ${collection} ${short(before, names)}`);
    const columns = Object.keys(after).filter((name) => !isSame(before[name], after[name]));
    const kept = Object.entries(after).filter(([name]) => !columns.includes(name));
    const changes = columns.map((name) => `${name}: ${short(before[name], names)} → ${short(after[name], names)}`);
    return paint.yellow(`~ ${collection} ${short(Object.fromEntries(kept), names)} ${changes.join(', ')}`);
  };
  const connectedLines = (block: Connected): readonly string[] => {
    told.push(...block.operations.map((operation) => ({ operation, verdict: operation.verdict })));
    if (told.length > toldOperationsMax) told.splice(0, told.length - toldOperationsMax);
    return [
      paint.bold(`block ${block.height}`),
      ...block.operations.flatMap(operationLines),
      ...block.rows.map((row) => `  the block itself: ${rowText(row)}`),
    ];
  };
  const takenBack = (blocks: readonly ToldBlock[]): readonly string[] => {
    const heights = blocks.map(({ height }) => height);
    const gone = fallen(heights);
    const out = gone.length === 0 ? '' : `, and ${counted(gone.length, 'operation')} with them:`;
    return [
      paint.yellow(`reorganisation: ${rangeOf(heights.toReversed())} taken back${out}`),
      ...gone.map(
        ({ operation, verdict }) =>
          `  ${senderOf(operation)} ${whatOf(operation)}${verdict === null ? '' : `  was ${verdict}`}`,
      ),
    ];
  };

  return {
    blockLines: (blocks) =>
      runsOf(blocks).flatMap((run) => {
        if (run[0]?.kind === 'disconnected') return takenBack(run);
        const [first] = run as readonly [Connected, ...Connected[]];
        if (!isEmpty(first)) return connectedLines(first);
        return [paint.dim(`${rangeOf(run.map(({ height }) => height))}: no operations`)];
      }),
    rejudged: (rules) => {
      told = rejudged(told, rules);
    },
  };
}

/** Only the first changes of verdicts are listed: where there are more, the other verdicts are not known. */
function rejudged(told: readonly Remembered[], { changes, isOtherChain }: OtherRules): Remembered[] {
  if (isOtherChain) return [];
  const listed = new Map(changes?.first.map(({ txid, after }) => [txid, after.kind]));
  const isWhole = changes !== null && changes.changed <= changes.first.length;
  return told.map(({ operation, verdict }) => ({
    operation,
    verdict: listed.get(operation.txid) ?? (isWhole ? verdict : null),
  }));
}

/** Neighbours that are told in one line: blocks without operations, and blocks that are taken back. */
function runsOf(blocks: readonly ToldBlock[]): readonly (readonly ToldBlock[])[] {
  const runs: ToldBlock[][] = [];
  for (const block of blocks) {
    const last = runs.at(-1);
    if (last?.[0] !== undefined && lineKind(block) !== 'alone' && lineKind(last[0]) === lineKind(block))
      last.push(block);
    else runs.push([block]);
  }
  return runs;
}

function lineKind(block: ToldBlock): 'back' | 'empty' | 'alone' {
  if (block.kind === 'disconnected') return 'back';
  return isEmpty(block) ? 'empty' : 'alone';
}

function isEmpty({ operations, rows }: Connected): boolean {
  return operations.length === 0 && rows.length === 0;
}

function rangeOf(heights: readonly number[]): string {
  const [first, last] = [heights[0], heights.at(-1)];
  return first === last ? `block ${first}` : `blocks ${first} to ${last}`;
}

function verdictOf({ verdict, code, detail }: ToldOperation): string {
  const reason = code === null ? '' : ` ${visible(code)}${detail ? `: ${visible(detail)}` : ''}`;
  const paintOf = { accepted: paint.green, rejected: paint.red, ignored: paint.yellow }[verdict];
  return `${paintOf(verdict)}${reason}`;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
