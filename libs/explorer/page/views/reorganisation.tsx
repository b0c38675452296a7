import { useEffect, useState } from 'preact/hooks';
import { keyPath, type Place, placePath } from '../address/view.ts';
import type { FeedEntry, Row, VerdictWord } from '../data/answers.ts';
import { Refused } from '../data/ask.ts';
import { useLive } from '../data/live-machine.tsx';
import type { Shown } from '../data/shown.ts';
import type { Asked } from '../data/use-answer.ts';
import { Hash } from '../parts/hash.tsx';
import { Panel, Title } from '../parts/panel.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { Answered, Empty } from '../parts/state.tsx';
import { Value } from '../parts/value.tsx';
import { Reason, Verdict } from '../parts/verdict.tsx';
import { type BranchBlock, type Difference, type Reorganisation, txidOf } from '../reorganisation/branches.ts';
import { askReorganisation } from '../reorganisation/read-feed.ts';
import { operationWords, summaryOf } from '../words/summary.ts';
import { count, fieldWords, plural } from '../words/text.ts';

/** Both branches of a reorganisation, what was taken back, and what differs now. */
export function ReorganisationPage({ shown: { place }, hash }: { readonly shown: Shown; readonly hash: string }) {
  const asked = useReorganisation(place, hash);
  return (
    <>
      <Title text="Reorganisation">
        <a href={placePath(place, 'reorganisations')}>all of them</a>
      </Title>
      <Answered asked={asked}>
        {({ found }) =>
          found === null ? (
            <Empty>The feed has this block, and nothing took it back: it is on the branch that stands.</Empty>
          ) : (
            <Both place={place} found={found} />
          )
        }
      </Answered>
    </>
  );
}

type Answer = Asked<{ readonly found: Reorganisation | null }>;

function useReorganisation({ chain, machine }: Place, hash: string): Answer {
  const { version } = useLive();
  const [answer, setAnswer] = useState<Answer>({ body: null, problem: null, isAsking: true });
  useEffect(() => {
    const stop = new AbortController();
    askReorganisation({ chain, machine }, hash, stop.signal).then(
      (found) => setAnswer({ body: { found }, problem: null, isAsking: false }),
      (problem: unknown) => {
        if (problem instanceof Refused) setAnswer({ body: null, problem, isAsking: false });
      },
    );
    return () => stop.abort();
  }, [chain, machine, hash, version]);
  return answer;
}

function Both({
  place,
  found: { lost, stands, differences, again },
}: {
  readonly place: Place;
  readonly found: Reorganisation;
}) {
  const from = lost[0]?.height ?? 0;
  return (
    <>
      <p>
        {plural(lost.length, 'block')} from height {count(from)} on {lost.length === 1 ? 'was' : 'were'} taken back
        {stands.length === 0
          ? '; nothing has taken their place yet.'
          : `, and ${count(stands.length)} took their place.`}
      </p>
      <div class="branches">
        <Branch title="The branch that went" kind="lost" place={place} blocks={lost} again={again} />
        <Branch title="The branch that took its place" kind="stands" place={place} blocks={stands} again={again} />
      </div>
      <Panel title="What differs now">
        {differences.length === 0 ? (
          <Empty>No row differs: both branches changed the same.</Empty>
        ) : (
          differences.map((difference) => (
            <Differing
              key={JSON.stringify([difference.collection, difference.key])}
              place={place}
              difference={difference}
            />
          ))
        )}
      </Panel>
    </>
  );
}

interface BranchProps {
  readonly title: string;
  readonly kind: 'lost' | 'stands';
  readonly place: Place;
  readonly blocks: readonly BranchBlock[];
  readonly again: Reorganisation['again'];
}

function Branch({ title, kind, place, blocks, again }: BranchProps) {
  return (
    <section class={`branch ${kind}`}>
      <h2>{title}</h2>
      <ol>
        {blocks.map((block) => (
          <li key={block.hash}>
            <h3>
              {kind === 'stands' ? (
                <a href={placePath(place, 'blocks', block.hash)}>{count(block.height)}</a>
              ) : (
                count(block.height)
              )}{' '}
              <Hash text={block.hash} ends={6} />
            </h3>
            {block.operations.length === 0 && <p class="quiet">no operations</p>}
            <ul class="rows">
              {block.operations.map((entry) => (
                <BranchOperation
                  key={txidOf(entry)}
                  place={place}
                  entry={entry}
                  kind={kind}
                  again={again.get(txidOf(entry))}
                />
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface BranchOperationProps {
  readonly place: Place;
  readonly entry: FeedEntry;
  readonly kind: 'lost' | 'stands';
  readonly again: FeedEntry | undefined;
}

const verdictOf = ({ kind }: FeedEntry): VerdictWord => kind.replace('operation.', '') as VerdictWord;

function BranchOperation({ place, entry, kind, again }: BranchOperationProps) {
  const { operation } = entry;
  if (operation === undefined) return null;
  const isOnBranch = kind === 'stands' || again !== undefined;
  const text = (
    <>
      <Verdict verdict={verdictOf(entry)} />
      <span class="operation-name">{operationWords(operation)}</span>
      <span class="branch-says quiet">{summaryOf(operation)}</span>
      <span class="branch-says">
        <Reason code={entry.code ?? null} detail={entry.detail ?? null} />
        {kind === 'lost' && <span class="fate quiet">{fateOf(again)}</span>}
      </span>
    </>
  );
  return (
    <li>
      {isOnBranch ? (
        <a class="row branch-operation" data-row href={placePath(place, 'operations', operation.txid)}>
          {text}
        </a>
      ) : (
        <div class="row branch-operation">{text}</div>
      )}
    </li>
  );
}

/** What the other branch says of a transaction that was taken back. */
function fateOf(again: FeedEntry | undefined): string {
  return again === undefined ? 'not on the other branch' : `again at ${count(again.height)}: ${verdictOf(again)}`;
}

function Differing({ place, difference }: { readonly place: Place; readonly difference: Difference }) {
  const { collection, key, lost, stands } = difference;
  return (
    <details class="change" open={lost !== null && stands !== null}>
      <summary>
        <h3 class="inline">
          {fieldWords(collection)} {key.map(String).join(' / ')}
        </h3>{' '}
        <span class="quiet">{differenceWords(difference)}</span>
      </summary>
      <DifferingTable difference={difference} />
      <p class="row-link">
        <a href={keyPath(place, collection, key)}>the row, with its history</a>
      </p>
    </details>
  );
}

/** What became of a row, in words. */
function differenceWords({ before, lost, stands }: Difference): string {
  if (lost !== null && stands !== null) return 'differs';
  if (lost === null) return before === null ? 'is new' : 'was gone on the branch that went, and is there again';
  return before === null ? 'was new on the branch that went, and does not exist' : 'is gone now';
}

function DifferingTable({ difference: { before, lost, stands } }: { readonly difference: Difference }) {
  const columns = [...new Set([before, lost, stands].flatMap((row) => Object.keys(row ?? {})))].filter(
    (column) => lost === null || stands === null || JSON.stringify(lost[column]) !== JSON.stringify(stands[column]),
  );
  const cell = (row: Row | null, column: string) =>
    row === null ? <span class="quiet">no row</span> : <Value value={row[column]} column={column} isShort />;
  return (
    <Scroll label="what differs">
      <table class="change-table">
        <thead>
          <tr>
            <th scope="col">column</th>
            <th scope="col">where they part</th>
            <th scope="col">branch that went</th>
            <th scope="col">branch that took its place</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr key={column}>
              <th scope="row">{fieldWords(column)}</th>
              <td>{cell(before, column)}</td>
              <td class="before">{cell(lost, column)}</td>
              <td class="after">{cell(stands, column)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
