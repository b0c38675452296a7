import type { ComponentChildren } from 'preact';
import type { Moment } from '../data/answers.ts';
import type { Refused } from '../data/ask.ts';
import type { Asked } from '../data/use-answer.ts';
import { codeWords, count, short } from '../words/text.ts';

/** What a question has brought: its answer, that it is under way, or why there is none. */
export function Answered<Body>({
  asked: { body, problem },
  children,
}: {
  readonly asked: Asked<Body>;
  readonly children: (body: Body) => ComponentChildren;
}) {
  if (body !== null)
    return (
      <>
        {problem !== null && <Problem problem={problem} />}
        {children(body)}
      </>
    );
  return problem === null ? <p class="quiet loading">Loading …</p> : <Problem problem={problem} />;
}

export function Problem({ problem: { code, detail } }: { readonly problem: Pick<Refused, 'code' | 'detail'> }) {
  return (
    <p class="notice" role="alert">
      <strong>{codeWords(code)}</strong>: {detail}
    </p>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="quiet">{children}</p>;
}

/** The block at which what is shown was read. */
export function ReadAt({ at }: { readonly at: Moment }) {
  return (
    <p class="read-at">
      read at height {count(at.height)}
      {at.height < at.tip ? ` of ${count(at.tip)}` : ''}
      {at.consensusHash === null ? '' : ' · consensus hash '}
      {at.consensusHash !== null && <code title={at.consensusHash}>{short(at.consensusHash, 6)}</code>}
    </p>
  );
}
