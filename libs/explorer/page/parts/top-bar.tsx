import { useEffect, useState } from 'preact/hooks';
import { useNavigation } from '../address/navigation.tsx';
import { withQuery } from '../address/view.ts';

/** What is on top of every page: the way home, the network, and the search. */
export function TopBar({ network }: { readonly network: string | null }) {
  const { query, path, go } = useNavigation();
  const asked = path === '/search' ? (query.get('q') ?? '') : '';
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim() === '') return;
    (document.activeElement as HTMLElement | null)?.blur();
    go(withQuery('/search', { q: text.trim() }));
  };
  return (
    <header class="top">
      <div class="top-line">
        <a class="brand" href="/">
          virtualchain
        </a>
        {network !== null && <span class="network">{network}</span>}
        <search class="top-search">
          <form onSubmit={submit} action="/search" method="get">
            <label class="unseen" for="search">
              Search: a height, a hash, a transaction, a name, an address, or a text
            </label>
            <input
              id="search"
              name="q"
              type="search"
              autoComplete="off"
              autoCapitalize="none"
              spellcheck={false}
              placeholder="Height, hash, txid, name, address, text"
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
            <span class="key-hint" aria-hidden="true">
              /
            </span>
          </form>
        </search>
      </div>
    </header>
  );
}
