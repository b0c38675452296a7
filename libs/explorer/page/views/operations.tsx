import { useNavigation } from '../address/navigation.tsx';
import { placePath, withQuery } from '../address/view.ts';
import type { Operation, Paged } from '../data/answers.ts';
import { useLive } from '../data/live-machine.tsx';
import type { Shown } from '../data/shown.ts';
import { useAnswer } from '../data/use-answer.ts';
import { PAGE_ENTRIES } from '../limits.ts';
import { OperationList } from '../parts/operations.tsx';
import { Pager, useAddressWith } from '../parts/pager.tsx';
import { Title } from '../parts/panel.tsx';
import { Answered, Empty, ReadAt } from '../parts/state.tsx';
import { fieldWords } from '../words/text.ts';

/** Operations of all blocks, newest first, of one verdict or opcode if one likes. */
export function Operations({ shown: { place, chain } }: { readonly shown: Shown }) {
  const { query, go } = useNavigation();
  const { version } = useLive();
  const addressWith = useAddressWith();
  const given = (name: string) => query.get(name) ?? undefined;
  const [verdict, opcode, code, after] = ['verdict', 'opcode', 'code', 'after'].map(given);
  const operations = useAnswer<Paged<Operation>>(
    withQuery(placePath(place, 'operations'), { limit: PAGE_ENTRIES, verdict, opcode, code, after }),
    after === undefined ? version : 0,
  );
  const choose = (name: string) => (event: { readonly currentTarget: HTMLSelectElement }) =>
    go(addressWith({ [name]: event.currentTarget.value, after: undefined }));
  return (
    <>
      <Title text="Operations" />
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          verdict
          <select value={verdict ?? ''} onChange={choose('verdict')}>
            <option value="">any</option>
            {['accepted', 'rejected', 'ignored'].map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label>
          operation
          <select value={opcode ?? ''} onChange={choose('opcode')}>
            <option value="">any</option>
            {chain.operations.map((one) => (
              <option key={one.opcode} value={one.opcode}>
                {fieldWords(one.name)}
              </option>
            ))}
          </select>
        </label>
        {code !== undefined && <a href={addressWith({ code: undefined, after: undefined })}>of any reason</a>}
      </form>
      <Answered asked={operations}>
        {({ entries, next, at }) => (
          <>
            {entries.length === 0 && <Empty>There are none of this kind.</Empty>}
            <OperationList place={place} operations={entries} withHeights />
            <Pager next={next} />
            <ReadAt at={at} />
          </>
        )}
      </Answered>
    </>
  );
}
