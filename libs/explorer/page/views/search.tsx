import { useEffect, useState } from 'preact/hooks';
import { useNavigation } from '../address/navigation.tsx';
import type { Place } from '../address/view.ts';
import type { ChainsAnswer } from '../data/answers.ts';
import { Refused } from '../data/ask.ts';
import type { Asked } from '../data/use-answer.ts';
import { TEXT_SEARCH_OPERATIONS } from '../limits.ts';
import { Panel, Title } from '../parts/panel.tsx';
import { Answered, Empty, Problem } from '../parts/state.tsx';
import { type Found, lookUp, placesOf, searchTexts } from '../search/search.ts';
import { count, plural } from '../words/text.ts';

/** Whatever was typed into the one box, looked up everywhere. */
export function Search({ chains }: { readonly chains: Asked<ChainsAnswer> }) {
  const { query } = useNavigation();
  const text = (query.get('q') ?? '').trim();
  return (
    <>
      <Title text={text === '' ? 'Search' : `Search: ${text}`} />
      {text === '' ? (
        <Empty>Type a height, a hash, a transaction, a name, an address, or a text above.</Empty>
      ) : (
        <Answered asked={chains}>{(body) => <Results key={text} chains={body} text={text} />}</Answered>
      )}
    </>
  );
}

function Results({ chains, text }: { readonly chains: ChainsAnswer; readonly text: string }) {
  const found = useLookUp(chains, text);
  return (
    <>
      <Panel title="Found">
        <Answered asked={found}>
          {(all) => (
            <>
              <FoundList found={all} />
              {found.isAsking && <p class="quiet loading">looking …</p>}
              {!found.isAsking && all.length === 0 && <Empty>No block, transaction, row or address of this.</Empty>}
            </>
          )}
        </Answered>
      </Panel>
      <Panel title="In the text of operations">
        {placesOf(chains).map((place) => (
          <TextResults key={`${place.chain}/${place.machine}`} place={place} text={text} />
        ))}
      </Panel>
    </>
  );
}

/** What was found so far, and whether more may come. */
function useLookUp(chains: ChainsAnswer, text: string): Asked<readonly Found[]> {
  const [answer, setAnswer] = useState<Asked<readonly Found[]>>({ body: [], problem: null, isAsking: true });
  useEffect(() => {
    const stop = new AbortController();
    const onFound = (found: readonly Found[]) =>
      found.length > 0 && setAnswer((before) => ({ ...before, body: [...(before.body ?? []), ...found] }));
    lookUp(chains, text, { signal: stop.signal, onFound }).then(
      () => setAnswer((before) => ({ ...before, isAsking: false })),
      (problem: unknown) => {
        if (problem instanceof Refused) setAnswer((before) => ({ ...before, problem, isAsking: false }));
      },
    );
    return () => stop.abort();
  }, [chains, text]);
  return answer;
}

function FoundList({ found }: { readonly found: readonly Found[] }) {
  return (
    <ul class="rows">
      {found.map(({ href, what, says, place }) => (
        <li key={href}>
          <a class="row found" data-row href={href}>
            <span class="found-what">{what}</span>
            <span class="found-says">{says}</span>
            <span class="quiet">
              {place.chain} / {place.machine}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

interface Looked {
  readonly found: readonly Found[];
  readonly looked: number;
  readonly next: string | null;
  readonly isLooking: boolean;
  readonly problem: Refused | null;
}

const BEGIN: Looked = { found: [], looked: 0, next: null, isLooking: true, problem: null };

/** Texts are looked for in operations from the newest one back, some hundred at a time. */
function TextResults({ place, text }: { readonly place: Place; readonly text: string }) {
  const [state, setState] = useState<Looked>(BEGIN);
  const look = async (before: Looked, signal: AbortSignal): Promise<void> => {
    setState({ ...before, isLooking: true });
    try {
      const page = await searchTexts(place, text, { limit: TEXT_SEARCH_OPERATIONS, after: before.next, signal });
      const found = [...before.found, ...page.found];
      setState({ found, looked: before.looked + page.looked, next: page.next, isLooking: false, problem: null });
    } catch (error) {
      if (error instanceof Refused) setState({ ...before, isLooking: false, problem: error });
    }
  };
  useEffect(() => {
    const stop = new AbortController();
    void look(BEGIN, stop.signal);
    return () => stop.abort();
  }, []);
  const { found, looked, next, isLooking, problem } = state;
  return (
    <section class="text-results">
      <p class="quiet" role="status">
        {place.chain} / {place.machine}:{' '}
        {isLooking ? 'looking …' : `${count(found.length)} in the newest ${plural(looked, 'operation')}`}
      </p>
      {problem !== null && <Problem problem={problem} />}
      <FoundList found={found} />
      {next !== null && !isLooking && (
        <button type="button" onClick={() => void look(state, new AbortController().signal)}>
          Look further back
        </button>
      )}
    </section>
  );
}
