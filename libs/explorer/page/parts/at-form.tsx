import { useEffect, useState } from 'preact/hooks';
import { useNavigation } from '../address/navigation.tsx';
import { useAddressWith } from './pager.tsx';

/** Chooses the height that is read; empty is the newest. */
export function AtForm({ at }: { readonly at: string | undefined }) {
  const { go } = useNavigation();
  const addressWith = useAddressWith();
  const [text, setText] = useState(at ?? '');
  useEffect(() => setText(at ?? ''), [at]);
  const submit = (event: Event) => {
    event.preventDefault();
    go(addressWith({ at: text.trim() || undefined, after: undefined }));
  };
  return (
    <form class="at-form" onSubmit={submit}>
      <label>
        at height{' '}
        <input
          inputMode="numeric"
          pattern="[0-9]*"
          placeholder="newest"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Show</button>
      {at !== undefined && <a href={addressWith({ at: undefined, after: undefined })}>newest</a>}
    </form>
  );
}
