import { useEffect } from 'preact/hooks';
import { useNavigation } from './address/navigation.tsx';
import { viewOf } from './address/view.ts';
import type { ChainsAnswer } from './data/answers.ts';
import { useAnswer } from './data/use-answer.ts';
import { useTicks } from './data/use-ticks.ts';
import { CHAINS_AGAIN_MS } from './limits.ts';
import { useKeyboard } from './parts/keyboard.ts';
import { TokenForm, wantsToken } from './parts/token-form.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { MachinePages } from './views/machine-pages.tsx';
import { NothingHere } from './views/nothing.tsx';
import { Overview } from './views/overview.tsx';
import { Search } from './views/search.tsx';

export function App() {
  useKeyboard();
  const { path, query, moves } = useNavigation();
  const chains = useAnswer<ChainsAnswer>('/chains', moves + useTicks(CHAINS_AGAIN_MS));
  const view = viewOf(path);
  const isLocked = wantsToken(chains.problem);
  useEffect(() => scrollTo(0, 0), [path, query.get('after')]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <TopBar network={chains.body?.network ?? null} />
      <main id="main" class="main" tabIndex={-1}>
        {isLocked && <TokenForm problem={chains.problem} />}
        {!isLocked && view.kind === 'overview' && <Overview chains={chains} />}
        {!isLocked && view.kind === 'search' && <Search chains={chains} />}
        {!isLocked && view.kind === 'nothing' && <NothingHere />}
        {!isLocked && 'place' in view && (
          <MachinePages key={`${view.place.chain}/${view.place.machine}`} view={view} chains={chains} />
        )}
      </main>
      <footer class="foot">
        <span>
          <kbd>/</kbd> search · <kbd>j</kbd> <kbd>k</kbd> through lists · <kbd>Enter</kbd> opens
        </span>
        <span>
          <a href="/docs">API</a>
        </span>
      </footer>
    </>
  );
}
