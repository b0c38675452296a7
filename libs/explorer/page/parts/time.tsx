import { useEffect, useState } from 'preact/hooks';
import { ago } from '../words/text.ts';

const TICK_MS = 10_000;
const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

/** A moment in Unix seconds, said from now; its title has the date. */
export function Time({ seconds }: { readonly seconds: number }) {
  const [now, setNow] = useState(nowSeconds);
  useEffect(() => {
    const timer = setInterval(() => setNow(nowSeconds()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const iso = new Date(seconds * 1_000).toISOString();
  return (
    <time dateTime={iso} title={`${iso.slice(0, 19).replace('T', ' ')} UTC`}>
      {ago(seconds, Math.max(now, nowSeconds()))}
    </time>
  );
}
