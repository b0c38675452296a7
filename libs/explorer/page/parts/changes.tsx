import { keyPath, type Place } from '../address/view.ts';
import type { Change, Row } from '../data/answers.ts';
import { CHANGES_SHOWN_MAX } from '../limits.ts';
import { count, fieldWords } from '../words/text.ts';
import { Facts } from './panel.tsx';
import { Scroll } from './scroll.tsx';
import { Value } from './value.tsx';

/** The rows that an operation wrote, before and after it. */
export function Changes({ place, changes }: { readonly place: Place; readonly changes: readonly Change[] }) {
  return (
    <>
      {changes.slice(0, CHANGES_SHOWN_MAX).map(({ collection, key, before, after }, i) => (
        <section class="change" key={`${i} ${JSON.stringify([collection, key])}`}>
          <h3>
            {fieldWords(collection)} <a href={keyPath(place, collection, key)}>{key.map(String).join(' / ')}</a>
            {before === null && <span class="quiet"> · a new row</span>}
            {after === null && <span class="quiet"> · deleted</span>}
          </h3>
          <RowChange before={before} after={after} />
        </section>
      ))}
      {changes.length > CHANGES_SHOWN_MAX && (
        <p class="quiet">and {count(changes.length - CHANGES_SHOWN_MAX)} more rows</p>
      )}
    </>
  );
}

/** A row that was not there before. */
function NewRow({ row }: { readonly row: Row }) {
  return (
    <Facts
      facts={Object.entries(row).map(([column, value]) => [
        fieldWords(column),
        <Value value={value} column={column} isShort />,
      ])}
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
                {before === null ? (
                  <span class="quiet">no row</span>
                ) : (
                  <Value value={before[column]} column={column} isShort />
                )}
              </td>
              <td class="after">
                {after === null ? (
                  <span class="quiet">no row</span>
                ) : (
                  <Value value={after[column]} column={column} isShort />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
