import { relative } from 'node:path';
import { paint, visible } from '../../../output.ts';
import type { Happening } from '../happenings.ts';
import { blockTeller } from './block-lines.ts';
import { failureLines } from './failure-lines.ts';
import type { LineOptions } from './line-options.ts';
import { seconds } from './numbers.ts';
import { switchedLines } from './switched-lines.ts';

/** Lines for people of what happens, one happening after the other. */
export function linesOf(options: LineOptions): (happening: Happening) => readonly string[] {
  const { folder } = options;
  const { blockLines, rejudged } = blockTeller(options);
  return (happening) => {
    switch (happening.kind) {
      case 'part':
        return [paint.dim(happening.text)];
      case 'ready':
        return readyLines(happening);
      case 'gateway':
        return [`Look at it: ${happening.address}`];
      case 'saved':
        return [paint.dim(`saved: ${happening.files.map((file) => relative(folder, file)).join(', ')}`)];
      case 'switched':
        rejudged(happening);
        return switchedLines(happening);
      case 'failed':
        return [
          ...failureLines(happening.failure),
          happening.isFirst
            ? '  nothing is folded yet; save to try again'
            : `  after ${seconds(happening.ms)}; the rules before go on, save to try again`,
        ];
      case 'faulted':
        return [
          ...failureLines(happening.failure),
          '  the machine stands before this block; save other rules to go on',
        ];
      case 'judged':
        return blockLines(happening.blocks);
      case 'printed':
        return [`${paint.dim('rules:')} ${visible(happening.line)}`];
      case 'retrying':
        return [paint.yellow(`${happening.code}: ${happening.message}`)];
      case 'silent':
        return [
          paint.yellow(`the rules have not answered for ${seconds(happening.ms)}: an endless loop? Save to try again`),
        ];
      case 'ended':
        return [paint.red(`${happening.name} ended (${happening.how}); end vchain dev, and start it again`)];
    }
  };
}

function readyLines({ chain, machine, collections, height, ms }: Extract<Happening, { kind: 'ready' }>) {
  const [collection = ''] = collections;
  return [
    paint.green(`machine ${machine} of chain ${chain} stands at block ${height ?? '-'}, after ${seconds(ms)}`),
    'In another terminal, in this folder:',
    '  npx vchain dev send alice …             sends an operation and mines it; npx vchain dev mine mines a block',
    `  npx vchain state ${machine} ${collection}`,
    'Every save folds the rules anew. Ctrl-C ends it.',
  ];
}
