import { useNavigation } from '../address/navigation.tsx';
import { keyPath, placePath, withQuery } from '../address/view.ts';
import type { Moment, Row } from '../data/answers.ts';
import { useLive } from '../data/live-machine.tsx';
import type { Shown } from '../data/shown.ts';
import { useAnswer } from '../data/use-answer.ts';
import { useHistory } from '../data/use-history.ts';
import { RowChange } from '../parts/changes.tsx';
import { HeightSlider } from '../parts/height-slider.tsx';
import { Facts, Panel, Title } from '../parts/panel.tsx';
import { Answered, Empty, ReadAt } from '../parts/state.tsx';
import { Value } from '../parts/value.tsx';
import { count, fieldWords } from '../words/text.ts';
import { NothingHere } from './nothing.tsx';

interface KeyPageProps {
  readonly shown: Shown;
  readonly name: string;
  readonly keyTexts: readonly string[];
}

/** What a key holds at a height, and all that it held before. */
export function KeyPage({ shown: { place, machine, chain }, name, keyTexts }: KeyPageProps) {
  const { query, go, path } = useNavigation();
  const { version } = useLive();
  const at = query.get('at') ?? undefined;
  const own = keyPath(place, name, keyTexts);
  const row = useAnswer<{ at: Moment; row: Row }>(withQuery(own, { at }), at === undefined ? version : 0);
  const history = useHistory(own, version);
  if (!machine.collections.some((one) => one.name === name)) return <NothingHere what="collection" />;
  const marks = history.versions.flatMap(({ validFrom, validTo }) => [
    validFrom,
    ...(validTo === null ? [] : [validTo]),
  ]);
  return (
    <>
      <Title text={keyTexts.join(' / ')}>
        <a href={placePath(place, 'collections', name)}>{fieldWords(name)}</a>
      </Title>
      {history.at !== null && (
        <HeightSlider
          from={Math.max(chain.firstBlock - 1, Math.min(...marks, history.at.tip) - 1)}
          to={history.at.tip}
          height={row.body?.at.height ?? (at === undefined ? history.at.tip : Number(at))}
          isNewest={at === undefined}
          marks={marks}
          onChoose={(height) => go(withQuery(path, { at: height }), 'replace')}
        />
      )}
      {row.problem?.status === 404 && row.problem.code === 'NOT_FOUND' ? (
        <Panel title={at === undefined ? 'Now' : `At height ${count(at)}`}>
          <Empty>There is no such row{at === undefined ? ' now' : ' at this height'}.</Empty>
        </Panel>
      ) : (
        <Answered asked={row}>
          {(body) => (
            <Panel title={at === undefined ? 'Now' : `At height ${count(body.at.height)}`}>
              <Facts
                facts={Object.entries(body.row).map(([column, value]) => [
                  fieldWords(column),
                  <Value value={value} column={column} />,
                ])}
              />
              <ReadAt at={body.at} />
            </Panel>
          )}
        </Answered>
      )}
      <Panel title="History">
        {history.versions.length === 0 && !history.isAsking && <Empty>This key never held a row.</Empty>}
        <Versions history={history} place={placePath(place)} />
      </Panel>
    </>
  );
}

function Versions({ history, place }: { readonly history: ReturnType<typeof useHistory>; readonly place: string }) {
  const { versions, next, more } = history;
  return (
    <>
      <ol class="versions">
        {versions.map(({ row, validFrom, validTo }, i) => {
          const older = versions[i + 1];
          const before = older !== undefined && older.validTo === validFrom ? older.row : null;
          const isOldestKnown = older === undefined && next !== null;
          return (
            <li key={validFrom}>
              <h3>
                from <a href={`${place}/blocks/${validFrom}`}>{count(validFrom)}</a>{' '}
                {validTo === null ? (
                  'until now'
                ) : (
                  <>
                    to <a href={`${place}/blocks/${validTo}`}>{count(validTo)}</a>
                  </>
                )}
                {before === null && !isOldestKnown && <span class="quiet"> · a new row</span>}
                {validTo !== null && versions[i - 1]?.validFrom !== validTo && (
                  <span class="quiet"> · then deleted</span>
                )}
              </h3>
              {!isOldestKnown && <RowChange before={before} after={row} />}
            </li>
          );
        })}
      </ol>
      {next !== null && (
        <button type="button" onClick={more}>
          Older versions
        </button>
      )}
    </>
  );
}
