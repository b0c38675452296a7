import { useNavigation } from '../address/navigation.tsx';
import { placePath, withQuery } from '../address/view.ts';
import type { Block, Paged } from '../data/answers.ts';
import { useLive } from '../data/live-machine.tsx';
import type { Shown } from '../data/shown.ts';
import { useAnswer } from '../data/use-answer.ts';
import { PAGE_ENTRIES } from '../limits.ts';
import { Hash } from '../parts/hash.tsx';
import { Pager } from '../parts/pager.tsx';
import { Title } from '../parts/panel.tsx';
import { Answered, Empty, ReadAt } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { VerdictCounts } from '../parts/verdict.tsx';
import { count } from '../words/text.ts';

/** Sealed blocks, newest first. */
export function Blocks({ shown: { place } }: { readonly shown: Shown }) {
  const { query } = useNavigation();
  const { version } = useLive();
  const after = query.get('after') ?? undefined;
  const blocks = useAnswer<Paged<Block>>(
    withQuery(placePath(place, 'blocks'), { limit: PAGE_ENTRIES, after }),
    after === undefined ? version : 0,
  );
  return (
    <>
      <Title text="Blocks" />
      <Answered asked={blocks}>
        {({ entries, next, at }) => (
          <>
            {entries.length === 0 && <Empty>No block is sealed yet.</Empty>}
            <ul class="rows">
              {entries.map((block) => (
                <li key={block.hash}>
                  <a class="row block-row" data-row href={placePath(place, 'blocks', block.hash)}>
                    <span class="height">{count(block.height)}</span>
                    <span class="quiet">
                      <Time seconds={block.time} />
                    </span>
                    <VerdictCounts {...block} />
                    <Hash text={block.hash} ends={8} />
                  </a>
                </li>
              ))}
            </ul>
            <Pager next={next} />
            <ReadAt at={at} />
          </>
        )}
      </Answered>
    </>
  );
}
