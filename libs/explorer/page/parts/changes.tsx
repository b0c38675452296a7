import { useEffect, useState } from 'preact/hooks';
import { keyPath, type Place, withQuery } from '../address/view.ts';
import type { Operation, Row } from '../data/answers.ts';
import { askOrNull } from '../data/ask.ts';
import type { Shown } from '../data/shown.ts';
import { CHANGES_SHOWN_MAX } from '../limits.ts';
import { count, fieldWords } from '../words/text.ts';
import { Facts } from './panel.tsx';
import { Scroll } from './scroll.tsx';
import { Value } from './value.tsx';

interface ChangesProps {
  readonly shown: Shown;
  readonly changed: Operation['changed'];
  readonly height: number;
}

/** The rows that an operation wrote, as they were below its block and at its end. */
export function Changes({ shown: { place }, changed, height }: ChangesProps) {
  const some = changed.slice(0, CHANGES_SHOWN_MAX);
  return (
    <>
      <p class="quiet">
        Before is at the end of block {count(height - 1)}, after at the end of block {count(height)}.
      </p>
      {some.map(({ collection, key }) => (
        <Change
          key={JSON.stringify([collection, key])}
          place={place}
          collection={collection}
          keyValues={key}
          height={height}
        />
      ))}
      {changed.length > some.length && <p class="quiet">and {count(changed.length - some.length)} more rows</p>}
    </>
  );
}

interface ChangeProps {
  readonly place: Place;
  readonly collection: string;
  readonly keyValues: readonly unknown[];
  readonly height: number;
}

function Change({ place, collection, keyValues, height }: ChangeProps) {
  const path = keyPath(place, collection, keyValues);
  const rows = useTwoRows(path, height);
  return (
    <section class="change">
      <h3>
        {fieldWords(collection)} <a href={path}>{keyValues.map(String).join(' / ')}</a>
      </h3>
      {rows === null ? <p class="quiet loading">Loading …</p> : <RowChange before={rows[0]} after={rows[1]} />}
    </section>
  );
}

type TwoRows = readonly [before: Row | null, after: Row | null];

function useTwoRows(path: string, height: number): TwoRows | null {
  const [rows, setRows] = useState<TwoRows | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const at = (of: number) => askOrNull<{ row: Row }>(withQuery(path, { at: of }), stop.signal);
    Promise.all([at(height - 1), at(height)]).then(
      ([before, after]) => setRows([before?.row ?? null, after?.row ?? null]),
      () => undefined,
    );
    return () => stop.abort();
  }, [path, height]);
  return rows;
}

/** A row that was not there before. */
function NewRow({ row }: { readonly row: Row }) {
  return (
    <Facts
      facts={Object.entries(row).map(([column, value]) => [fieldWords(column), <Value value={value} isShort />])}
    />
  );
}

/** What two states of a row have different; what both have alike is left out. */
export function RowChange({ before, after }: { readonly before: Row | null; readonly after: Row | null }) {
  if (before === null && after === null) return <p class="quiet">No row before, and none after.</p>;
  const columns = Object.keys(after ?? before ?? {}).filter(
    (column) => JSON.stringify(before?.[column]) !== JSON.stringify(after?.[column]),
  );
  if (before === null && after !== null) return <NewRow row={after} />;
  if (columns.length === 0) return <p class="quiet">The row is the same before and after.</p>;
  return (
    <Scroll label="what changed">
      <table class="change-table">
        <thead>
          <tr>
            <th scope="col">column</th>
            <th scope="col">before</th>
            <th scope="col">after</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr key={column}>
              <th scope="row">{fieldWords(column)}</th>
              <td class="before">
                {before === null ? <span class="quiet">no row</span> : <Value value={before[column]} isShort />}
              </td>
              <td class="after">
                {after === null ? <span class="quiet">no row</span> : <Value value={after[column]} isShort />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
