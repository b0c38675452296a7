import { type Place, placePath, withQuery } from '../address/view.ts';
import { FEED_RETRY_MS, POLL_MS, REFRESH_MS } from '../limits.ts';
import type { FeedEntry, StatusAnswer } from './answers.ts';
import { ask } from './ask.ts';
import { heldToken } from './token.ts';

/** How the page learns of news: by the feed, by asking every other second, or not at all at the moment. */
export type Way = 'feed' | 'asking' | 'away';

/** A block that was taken back while the page was looking. */
export interface Retracted {
  readonly height: number;
  readonly hash: string;
}

export interface Listener {
  onWay(way: Way): void;
  /** Something may have changed: ask again. */
  onNews(): void;
  onRetracted(block: Retracted): void;
}

/** Follows a machine until it is told to stop. A page that nobody sees follows nothing, and asks when it is seen again. */
export function followMachine(place: Place, listener: Listener): () => void {
  let stopCurrent = document.hidden ? nothing : follow(place, listener);
  const onVisible = () => {
    stopCurrent();
    stopCurrent = document.hidden ? nothing : follow(place, listener);
    if (!document.hidden) listener.onNews();
  };
  document.addEventListener('visibilitychange', onVisible);
  return () => {
    document.removeEventListener('visibilitychange', onVisible);
    stopCurrent();
  };
}

const nothing = (): void => undefined;

/** No entry that tells of a block is left out by it, and every operation is: the page asks for those that it shows. */
const NO_OPERATIONS = 'height<=0';

function follow(place: Place, listener: Listener): () => void {
  const news = seldom(() => listener.onNews());
  let stopAsking = nothing;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource | undefined;

  const askInstead = () => {
    stopAsking();
    stopAsking = poll(place, listener);
    retry = setTimeout(open, FEED_RETRY_MS);
  };
  const open = () => {
    source?.close();
    source = new EventSource(withQuery(`/v1${placePath(place, 'feed', 'events')}`, { filter: NO_OPERATIONS }));
    source.addEventListener('open', () => {
      stopAsking();
      stopAsking = nothing;
      listener.onWay('feed');
      news.call();
    });
    source.addEventListener('error', () => {
      // What may come back is tried again by the browser; what was refused is not.
      if (source?.readyState === EventSource.CLOSED) askInstead();
      else listener.onWay('away');
    });
    source.addEventListener('block.sealed', () => news.call());
    source.addEventListener('block.retracted', (event) => {
      const { height, blockHash } = JSON.parse((event as MessageEvent<string>).data) as FeedEntry;
      listener.onRetracted({ height, hash: blockHash });
      news.call();
    });
  };
  if (heldToken() === null) open();
  else stopAsking = poll(place, listener); // the stream of a browser brings no token
  return () => {
    clearTimeout(retry);
    stopAsking();
    news.stop();
    source?.close();
  };
}

/** Asks how the machine stands, and tells when its tip is another. */
function poll(place: Place, listener: Listener): () => void {
  let tip: string | null = null;
  const look = async (): Promise<void> => {
    const found = await ask<StatusAnswer>('/status').catch(() => null);
    listener.onWay(found === null ? 'away' : 'asking');
    const own = found?.machines.find(({ chain, machine }) => chain === place.chain && machine === place.machine);
    const hash = own?.tip?.hash ?? null;
    if (tip !== null && hash !== null && hash !== tip) listener.onNews();
    tip = hash ?? tip;
  };
  void look();
  const timer = setInterval(() => void look(), POLL_MS);
  return () => clearInterval(timer);
}

/** At once when it was quiet, and otherwise once at the end of a while, however often it is called. */
function seldom(work: () => void): { call(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWanted = false;
  const rest = () => {
    timer = undefined;
    if (isWanted) run();
  };
  const run = () => {
    isWanted = false;
    timer = setTimeout(rest, REFRESH_MS);
    work();
  };
  return {
    call: () => {
      if (timer === undefined) run();
      else isWanted = true;
    },
    stop: () => clearTimeout(timer),
  };
}
