import { useNavigation } from '../address/navigation.tsx';
import { placePath, withQuery } from '../address/view.ts';
import type { Moment, Paged, Row } from '../data/answers.ts';
import { useLive } from '../data/live-machine.tsx';
import { type NameAnswer, namePath, standingOf } from '../data/names.ts';
import type { Shown } from '../data/shown.ts';
import { useAnswer } from '../data/use-answer.ts';
import { PAGE_ENTRIES } from '../limits.ts';
import { AtForm } from '../parts/at-form.tsx';
import { Hash } from '../parts/hash.tsx';
import { Pager } from '../parts/pager.tsx';
import { Title } from '../parts/panel.tsx';
import { Answered, Empty, ReadAt } from '../parts/state.tsx';
import { count } from '../words/text.ts';

/** Names of the name system with their owners and when they expire. */
export function Names({ shown: { place } }: { readonly shown: Shown }) {
  const { query } = useNavigation();
  const { version } = useLive();
  const [at, after] = [query.get('at') ?? undefined, query.get('after') ?? undefined];
  const paging = after === undefined ? { at } : { after };
  const rows = useAnswer<Paged<Row>>(
    withQuery(placePath(place, 'collections', 'names'), { limit: PAGE_ENTRIES, ...paging }),
    at === undefined && after === undefined ? version : 0,
  );
  return (
    <>
      <Title text="Names">
        <AtForm at={at} />
      </Title>
      <Answered asked={rows}>
        {({ entries, next, at: moment }) => (
          <>
            {entries.length === 0 && <Empty>No name is registered.</Empty>}
            <ul class="rows">
              {entries.map((row) => (
                <li key={String(row['name'])}>
                  <NameLine shown={{ place }} row={row} at={moment} isOld={at !== undefined} />
                </li>
              ))}
            </ul>
            <Pager next={next} />
            <ReadAt at={moment} />
          </>
        )}
      </Answered>
    </>
  );
}

interface NameLineProps {
  readonly shown: Pick<Shown, 'place'>;
  readonly row: Row;
  readonly at: Moment;
  readonly isOld: boolean;
}

function NameLine({ shown: { place }, row, at, isOld }: NameLineProps) {
  const name = String(row['name']);
  const answer = useAnswer<NameAnswer>(namePath(place, name, at.height));
  const found = answer.body?.result ?? null;
  return (
    <a
      class="row name-row"
      data-row
      href={withQuery(placePath(place, 'names', name), { at: isOld ? at.height : undefined })}
    >
      <span class="name">{name}</span>
      <Hash text={String(row['address'])} ends={8} />
      <span class="quiet">{found === null ? '' : standingOf(found)}</span>
      <span class="quiet">since {count(Number(row['first_registered']))}</span>
    </a>
  );
}
