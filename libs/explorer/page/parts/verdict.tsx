import type { VerdictWord } from '../data/answers.ts';
import { codeWords, count } from '../words/text.ts';

const SIGNS: Readonly<Record<VerdictWord, string>> = { accepted: '✓', rejected: '✕', ignored: '○' };

/** What became of an operation: told by sign, word and colour. */
export function Verdict({ verdict }: { readonly verdict: VerdictWord }) {
  return (
    <span class={`verdict ${verdict}`}>
      <span aria-hidden="true">{SIGNS[verdict]}</span> {verdict}
    </span>
  );
}

/** Why an operation was rejected or ignored, in words, with the code that programs go by. */
export function Reason({ code, detail }: { readonly code: string | null; readonly detail: string | null }) {
  if (code === null) return null;
  return (
    <span class="reason">
      <strong>{codeWords(code)}</strong>
      {detail ? `: ${detail}` : ''}
    </span>
  );
}

export interface Counts {
  readonly accepted: number;
  readonly rejected: number;
  readonly ignored: number;
}

/** How many operations ended how; verdicts that did not occur are left out. */
export function VerdictCounts({ accepted, rejected, ignored }: Counts) {
  const all = [
    ['accepted', accepted],
    ['rejected', rejected],
    ['ignored', ignored],
  ] as const;
  const some = all.filter(([, number]) => number > 0);
  if (some.length === 0) return <span class="quiet">no operations</span>;
  return (
    <span class="counts">
      {some.map(([verdict, number]) => (
        <span key={verdict} class={`verdict ${verdict}`}>
          <span aria-hidden="true">{SIGNS[verdict]}</span> {count(number)} <span class="word">{verdict}</span>
        </span>
      ))}
    </span>
  );
}
