import { useNavigation } from '../address/navigation.tsx';
import { placePath, viewOf, withQuery } from '../address/view.ts';
import { short, textOfHex, valueText } from '../words/text.ts';

interface ValueProps {
  readonly value: unknown;
  /** What it is called: transactions and addresses lead to where they are shown. */
  readonly column?: string;
  readonly isShort?: boolean;
}

/** A value of a row or a decoded field. What is long and hex is shortened in lists; readable bytes show their text. */
export function Value({ value, column, isShort = false }: ValueProps) {
  const href = useTarget(value, column);
  if (value === null || value === undefined) return <span class="quiet">none</span>;
  if (typeof value === 'boolean') return <span>{value ? 'yes' : 'no'}</span>;
  const text = valueText(value);
  if (href !== null)
    return (
      <a class="hash whole" title={text} href={href}>
        {isShort && column === 'txid' ? short(text, 6) : text}
      </a>
    );
  if (typeof value !== 'string' || !/^[0-9a-f]{16,}$/.test(text))
    return (
      <span class={text.length > 24 && !/\s/.test(text) ? 'hash whole' : undefined}>{isShort ? clip(text) : text}</span>
    );
  const readable = textOfHex(text);
  return (
    <span class="value">
      <code class="hash whole" title={text}>
        {isShort ? short(text, 6) : text}
      </code>
      {readable !== null && readable.length > 3 && <Quoted text={isShort ? clip(readable) : readable} />}
    </span>
  );
}

/** Where a value leads; null for most. */
function useTarget(value: unknown, column: string | undefined): string | null {
  const { path } = useNavigation();
  if (typeof value !== 'string' || value === '') return null;
  const view = viewOf(path);
  if (column === 'txid' && 'place' in view && /^[0-9a-f]{64}$/.test(value))
    return placePath(view.place, 'operations', value);
  return column === 'address' ? withQuery('/search', { q: value }) : null;
}

/** Text of strangers, in quotes. */
export const Quoted = ({ text }: { readonly text: string }) => <span>“{text}”</span>;

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
