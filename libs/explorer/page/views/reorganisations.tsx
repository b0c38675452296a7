import { useNavigation } from '../address/navigation.tsx';
import { placePath, withQuery } from '../address/view.ts';
import { useLive } from '../data/live-machine.tsx';
import type { Shown } from '../data/shown.ts';
import { useAnswer } from '../data/use-answer.ts';
import { PAGE_ENTRIES } from '../limits.ts';
import { Hash } from '../parts/hash.tsx';
import { Pager } from '../parts/pager.tsx';
import { Title } from '../parts/panel.tsx';
import { Answered, Empty } from '../parts/state.tsx';
import { count, plural } from '../words/text.ts';

interface Block {
  readonly height: number;
  readonly hash: string;
}

/** What the gateway answers of one: the blocks that went together, by the highest and the lowest. */
interface Listed {
  readonly position: number;
  readonly depth: number;
  readonly highest: Block;
  readonly lowest: Block;
}

interface ReorganisationsAnswer {
  readonly entries: readonly Listed[];
  readonly next: string | null;
}

/** Reorganisations that the machine went through, the last one first. */
export function Reorganisations({ shown: { place } }: { readonly shown: Shown }) {
  const { query } = useNavigation();
  const { version } = useLive();
  const after = query.get('after') ?? undefined;
  const asked = useAnswer<ReorganisationsAnswer>(
    withQuery(placePath(place, 'reorganisations'), { limit: PAGE_ENTRIES, after }),
    version,
  );
  return (
    <>
      <Title text="Reorganisations" />
      <p class="quiet">
        When the node's best branch becomes another one, the blocks that are no longer on it are taken back, with all
        that they changed, and those of the new branch take their place.
      </p>
      <Answered asked={asked}>
        {({ entries, next }) => (
          <>
            {entries.length === 0 && <Empty>None so far: no block was ever taken back.</Empty>}
            <ul class="rows">
              {entries.map(({ position, depth, lowest, highest }) => (
                <li key={position}>
                  <a class="row" data-row href={placePath(place, 'reorganisations', lowest.hash)}>
                    <strong>{plural(depth, 'block')}</strong>
                    <span>
                      {depth === 1
                        ? `at height ${count(lowest.height)}`
                        : `heights ${count(lowest.height)} to ${count(highest.height)}`}
                    </span>
                    <span class="quiet">
                      first lost <Hash text={lowest.hash} ends={8} />
                    </span>
                  </a>
                </li>
              ))}
            </ul>
            <Pager next={next} />
          </>
        )}
      </Answered>
    </>
  );
}
