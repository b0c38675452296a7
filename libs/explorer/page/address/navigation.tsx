import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';

/** Where the page is, and how it gets elsewhere. */
export interface Navigation {
  readonly path: string;
  readonly query: URLSearchParams;
  /** How often one went elsewhere since the page was loaded. */
  readonly moves: number;
  /** `replace` leaves no step in the history: for what follows a hand, such as a slider. */
  readonly go: (address: string, how?: 'push' | 'replace') => void;
}

const Current = createContext<Navigation>({ path: '/', query: new URLSearchParams(), moves: 0, go: () => undefined });

export const useNavigation = (): Navigation => useContext(Current);

const moved = ({ moves }: { readonly moves: number }) => ({ address: here(), moves: moves + 1 });
const here = (): string => location.pathname + location.search;

/** Follows the history of the browser, and takes clicks on links of the page. */
export function NavigationProvider({ children }: { readonly children: ComponentChildren }) {
  const [{ address, moves }, setPlace] = useState({ address: here(), moves: 0 });
  useEffect(() => {
    const onPop = () => setPlace(moved);
    const onClick = (event: MouseEvent) => {
      const target = addressOfClick(event);
      if (target === null) return;
      event.preventDefault();
      history.pushState(null, '', target);
      setPlace(moved);
    };
    addEventListener('popstate', onPop);
    document.addEventListener('click', onClick);
    return () => {
      removeEventListener('popstate', onPop);
      document.removeEventListener('click', onClick);
    };
  }, []);
  const navigation = useMemo(() => {
    const [path = '/', query = ''] = address.split('?');
    const go: Navigation['go'] = (target, how = 'push') => {
      if (how === 'push') history.pushState(null, '', target);
      else history.replaceState(null, '', target);
      setPlace(moved);
    };
    return { path, query: new URLSearchParams(query), moves, go };
  }, [address, moves]);
  return <Current.Provider value={navigation}>{children}</Current.Provider>;
}

/** The address within the page that a click leads to; null where the browser should do as it always does. */
function addressOfClick(event: MouseEvent): string | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return null;
  if (link.hash !== '' && link.pathname === location.pathname) return null;
  return /^\/($|chains\/|search$)/.test(link.pathname) ? link.pathname + link.search : null;
}
