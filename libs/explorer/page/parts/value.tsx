import { short, textOfHex, valueText } from '../words/text.ts';

/** A value of a row or a decoded field. What is long and hex is shortened in lists; readable bytes show their text. */
export function Value({ value, isShort = false }: { readonly value: unknown; readonly isShort?: boolean }) {
  if (value === null || value === undefined) return <span class="quiet">none</span>;
  if (typeof value === 'boolean') return <span>{value ? 'yes' : 'no'}</span>;
  const text = valueText(value);
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

/** Text of strangers, in quotes. */
export const Quoted = ({ text }: { readonly text: string }) => <span>“{text}”</span>;

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
