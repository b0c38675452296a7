import { useNavigation } from '../address/navigation.tsx';
import { keyPath, placePath, withQuery } from '../address/view.ts';
import type { Moment, Row } from '../data/answers.ts';
import { useLive } from '../data/live-machine.tsx';
import { type CostAnswer, costPath, type NameAnswer, namePath, priceText, standingOf } from '../data/names.ts';
import type { Shown } from '../data/shown.ts';
import { useAnswer } from '../data/use-answer.ts';
import { AtForm } from '../parts/at-form.tsx';
import { Hash } from '../parts/hash.tsx';
import { Facts, Panel, Title } from '../parts/panel.tsx';
import { Answered, Empty, ReadAt } from '../parts/state.tsx';
import { Value } from '../parts/value.tsx';
import { count, fieldWords } from '../words/text.ts';

/** A name: who owns it, until when, what it costs. */
export function NamePage({ shown: { place }, name }: { readonly shown: Shown; readonly name: string }) {
  const { query } = useNavigation();
  const { version } = useLive();
  const at = query.get('at') ?? undefined;
  const news = at === undefined ? version : 0;
  const row = useAnswer<{ at: Moment; row: Row }>(withQuery(keyPath(place, 'names', [name]), { at }), news);
  const standing = useAnswer<NameAnswer>(namePath(place, name, at), news);
  const cost = useAnswer<CostAnswer>(costPath(place, name, at), news);
  const found = standing.body?.result ?? null;
  return (
    <>
      <Title text={name}>
        <AtForm at={at} />
      </Title>
      {row.problem?.code === 'NOT_FOUND' && row.body === null ? (
        <Empty>Nobody registered this name{at === undefined ? '' : ' up to this height'}.</Empty>
      ) : (
        <Answered asked={row}>
          {(body) => (
            <>
              <Facts
                facts={[
                  [
                    'owner',
                    <Hash
                      text={String(body.row['address'])}
                      href={withQuery('/search', { q: String(body.row['address']) })}
                    />,
                  ],
                  found === null ? null : ['standing', standingOf(found)],
                  found === null ? null : ['last operation', fieldWords(found.opcode)],
                  ['registered', `at height ${count(Number(body.row['first_registered']))}`],
                  ['last renewed', `at height ${count(Number(body.row['last_renewed']))}`],
                  ['value hash', <Value value={body.row['value_hash']} />],
                ]}
              />
              <p>
                <a data-row href={keyPath(place, 'names', [name])}>
                  The whole row and its history
                </a>
              </p>
              <ReadAt at={body.at} />
            </>
          )}
        </Answered>
      )}
      {cost.body !== null && (
        <Panel title="Price">
          <Facts
            facts={[
              ['in the next block', priceText(cost.body.result)],
              ['paid to', <Hash text={cost.body.result.payTo} />],
            ]}
          />
        </Panel>
      )}
      <p>
        <a href={placePath(place, 'names')}>All names</a>
      </p>
    </>
  );
}
