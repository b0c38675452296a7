import type { MachineStatus } from '@virtualchain/projection';
import { paint, print, table } from '../output.ts';

/** What the demo shows: lines of what it does, and on a terminal a table that stays at the bottom. */
export interface Screen {
  say(line: string): void;
  show(statuses: readonly MachineStatus[], nodeHeight: number): void;
}

export function createScreen(isTerminal: boolean): Screen {
  let lines = 0;
  let shown = '';
  const erase = (): void => {
    if (isTerminal && lines > 0) process.stdout.write(`\x1b[${lines}A\x1b[0J`);
    lines = 0;
  };
  return {
    say(line) {
      erase();
      print(line);
      shown = '';
    },
    show(statuses, nodeHeight) {
      const rows = statuses.map(({ build, checkpoint, tip, verdicts }) => [
        build.machine,
        checkpoint.status,
        tip?.height ?? 0,
        nodeHeight,
        verdicts.accepted,
        verdicts.rejected,
        verdicts.ignored,
        tip?.consensusHash ?? '-',
      ]);
      const text = table(
        ['machine', 'state', 'height', 'node', 'accepted', 'rejected', 'ignored', 'consensus hash'],
        rows,
      );
      if (text === shown) return;
      erase();
      shown = text;
      if (isTerminal) {
        print(text);
        lines = text.split('\n').length;
      } else
        for (const [machine, , height, node, accepted, rejected, , hash] of rows)
          print(
            `  ${paint.dim(`${machine}: height ${height} of ${node}, ${accepted} accepted, ${rejected} rejected, ${hash}`)}`,
          );
    },
  };
}
