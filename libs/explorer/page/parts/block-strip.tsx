import { type Place, placePath } from '../address/view.ts';
import type { Block } from '../data/answers.ts';
import { count } from '../words/text.ts';
import { Hash } from './hash.tsx';
import { Time } from './time.tsx';
import { VerdictCounts } from './verdict.tsx';

/** Blocks side by side, the newest first. */
export function BlockStrip({ place, blocks }: { readonly place: Place; readonly blocks: readonly Block[] }) {
  return (
    <ol class="strip">
      {blocks.map((block) => (
        <li key={block.hash}>
          <a class="strip-block" data-row href={placePath(place, 'blocks', block.hash)}>
            <span class="height">{count(block.height)}</span>
            <VerdictCounts {...block} />
            <span class="quiet">
              <Time seconds={block.time} />
            </span>
            <Hash text={block.hash} ends={4} />
          </a>
        </li>
      ))}
    </ol>
  );
}
