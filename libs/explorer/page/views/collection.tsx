import { useNavigation } from '../address/navigation.tsx';
import { keyPath, placePath, withQuery } from '../address/view.ts';
import type { CollectionShape, Paged, Row } from '../data/answers.ts';
import { useLive } from '../data/live-machine.tsx';
import type { Shown } from '../data/shown.ts';
import { useAnswer } from '../data/use-answer.ts';
import { PAGE_ENTRIES } from '../limits.ts';
import { AtForm } from '../parts/at-form.tsx';
import { Pager } from '../parts/pager.tsx';
import { Title } from '../parts/panel.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { Answered, Empty, ReadAt } from '../parts/state.tsx';
import { Value } from '../parts/value.tsx';
import { capital, fieldWords } from '../words/text.ts';
import { NothingHere } from './nothing.tsx';

/** Rows of a collection, at the newest block or an older one, in pages. */
export function CollectionPage({ shown, name }: { readonly shown: Shown; readonly name: string }) {
  const { place, machine } = shown;
  const { query } = useNavigation();
  const { version } = useLive();
  const [at, after] = [query.get('at') ?? undefined, query.get('after') ?? undefined];
  const collection = machine.collections.find((one) => one.name === name);
  const isNewest = at === undefined && after === undefined;
  const rows = useAnswer<Paged<Row>>(
    collection === undefined
      ? null
      : // A page says itself which moment it is of.
        withQuery(placePath(place, 'collections', name), {
          limit: PAGE_ENTRIES,
          ...(after === undefined ? { at } : { after }),
        }),
    isNewest ? version : 0,
  );
  if (collection === undefined) return <NothingHere what="collection" />;
  return (
    <>
      <Title text={capital(fieldWords(name))}>
        <AtForm at={at} />
      </Title>
      <Answered asked={rows}>
        {({ entries, next, at: moment }) => (
          <>
            {entries.length === 0 ? (
              <Empty>No rows.</Empty>
            ) : (
              <RowTable shown={shown} collection={collection} rows={entries} at={at} />
            )}
            <Pager next={next} />
            <ReadAt at={moment} />
          </>
        )}
      </Answered>
    </>
  );
}

interface RowTableProps {
  readonly shown: Shown;
  readonly collection: CollectionShape;
  readonly rows: readonly Row[];
  readonly at: string | undefined;
}

function RowTable({ shown: { place }, collection: { name, key }, rows, at }: RowTableProps) {
  const columns = Object.keys(rows[0] ?? {}).filter((column) => !key.includes(column));
  const keyOf = (row: Row) => key.map((column) => row[column]);
  return (
    <Scroll label={`rows of ${fieldWords(name)}`}>
      <table>
        <thead>
          <tr>
            {[...key, ...columns].map((column) => (
              <th key={column} scope="col">
                {fieldWords(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={JSON.stringify(keyOf(row))}>
              {key.map((column, i) => (
                <th key={column} scope="row">
                  {i === 0 ? (
                    <a data-row href={withQuery(keyPath(place, name, keyOf(row)), { at })}>
                      <Value value={row[column]} isShort />
                    </a>
                  ) : (
                    <Value value={row[column]} isShort />
                  )}
                </th>
              ))}
              {columns.map((column) => (
                <td key={column}>
                  <Value value={row[column]} column={column} isShort />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
