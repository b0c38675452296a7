import type { OperationEvent } from '@virtualchain/protocol';
import { paint, print, visible } from '../output.ts';

/** What happened to a branch, from whatever it is read. */
interface ShownChange {
  readonly kind: 'connected' | 'disconnected';
  readonly block: { readonly height: number; readonly hash: string };
  readonly operations?: readonly OperationEvent[];
}

/** A change as `vchain tail` shows it: lines for people, or one of JSON, with the cursor to go on from. */
export function printChange({ kind, block, operations }: ShownChange, cursor: unknown, json: boolean): void {
  if (json) {
    print(JSON.stringify({ kind, block, ...(operations === undefined ? {} : { operations }), cursor }));
    return;
  }
  if (operations === undefined) {
    print(paint.red(`- ${block.height} ${block.hash}`));
    return;
  }
  print(paint.green(`+ ${block.height} ${block.hash}, ${operations.length} operations`));
  for (const { txid, name, decoded, problem } of operations)
    print(`    ${txid} ${name ?? '?'} ${visible(problem ?? JSON.stringify(decoded))}`);
}
