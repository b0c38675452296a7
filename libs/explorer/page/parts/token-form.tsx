import { useState } from 'preact/hooks';
import type { Refused } from '../data/ask.ts';
import { holdToken } from '../data/token.ts';

/** Whether the gateway asks for a token, or for another one. */
export function wantsToken(problem: Refused | null): boolean {
  return problem !== null && (problem.status === 401 || problem.code === 'SCOPE_MISSING');
}

/** Asks for the token that the gateway asks for. */
export function TokenForm({ problem }: { readonly problem: Refused | null }) {
  const [text, setText] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim() === '') return;
    holdToken(text.trim());
    location.reload();
  };
  return (
    <section>
      <h1>This gateway asks for a token</h1>
      <p>The operator of the gateway makes one, with the scope read. It is kept for as long as this tab is open.</p>
      {problem?.code !== 'TOKEN_MISSING' && (
        <p class="notice" role="alert">
          {problem?.detail}
        </p>
      )}
      <form onSubmit={submit}>
        <label for="token">Token</label>{' '}
        <input
          id="token"
          type="password"
          autoComplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />{' '}
        <button type="submit">Use it</button>
      </form>
    </section>
  );
}
