import { useState } from 'preact/hooks';
import { short } from '../words/text.ts';

interface HashProps {
  readonly text: string;
  readonly href?: string;
  /** Characters of each end; the whole where absent. */
  readonly ends?: number;
}

/** A hash, txid or script; the whole of it is in its title. */
export function Hash({ text, href, ends }: HashProps) {
  const shown = ends === undefined ? text : short(text, ends);
  const className = ends === undefined ? 'hash whole' : 'hash';
  if (href !== undefined)
    return (
      <a class={className} href={href} title={text}>
        {shown}
      </a>
    );
  return (
    <code class={className} title={text}>
      {shown}
    </code>
  );
}

const COPIED_MS = 1_500;

/** Copies a text, and says so. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = () =>
    navigator.clipboard?.writeText(text).then(
      () => {
        setIsCopied(true);
        setTimeout(() => setIsCopied(false), COPIED_MS);
      },
      () => undefined,
    );
  return (
    <button type="button" class="copy" onClick={copy} aria-label={`Copy ${what}`}>
      {isCopied ? 'copied' : 'copy'}
    </button>
  );
}

/** A whole hash that can be copied. */
export function LongHash({
  text,
  what,
  href,
}: {
  readonly text: string;
  readonly what: string;
  readonly href?: string;
}) {
  return (
    <span class="long-hash">
      <Hash text={text} {...(href === undefined ? {} : { href })} /> <Copy text={text} what={what} />
    </span>
  );
}
