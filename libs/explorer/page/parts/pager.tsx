import { useNavigation } from '../address/navigation.tsx';
import { withQuery } from '../address/view.ts';

/** The parameters of the address, some of them replaced. */
export function useAddressWith(): (query: Readonly<Record<string, string | undefined>>) => string {
  const { path, query } = useNavigation();
  return (changed) => withQuery(path, { ...Object.fromEntries(query), ...changed });
}

/** First page and next page of a list. */
export function Pager({ next }: { readonly next: string | null }) {
  const { query } = useNavigation();
  const addressWith = useAddressWith();
  const isFirst = !query.has('after');
  if (isFirst && next === null) return null;
  return (
    <nav class="pager" aria-label="Pages">
      {isFirst ? <span class="quiet">first page</span> : <a href={addressWith({ after: undefined })}>first page</a>}
      {next === null ? <span class="quiet">no more</span> : <a href={addressWith({ after: next })}>next page</a>}
    </nav>
  );
}
