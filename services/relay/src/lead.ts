import { isExpectedError } from '@virtualchain/kernel';
import type { CampaignNews, Election } from '@virtualchain/operation-log';

/** Who works while this process leads, and who hears of it. */
export interface LeadOptions {
  readonly election: Election;
  /** What the processes compete for. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** Works until its signal; what it throws ends all. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  readonly onNews: (news: CampaignNews) => void;
}

/** Works while this process leads, and stands by otherwise, until the signal. @throws what `work` throws, and a refusal of the election */
export async function leadAndWork({ election, name, signal, work, onNews }: LeadOptions): Promise<void> {
  const failed = new AbortController();
  let working: { readonly stop: AbortController; readonly done: Promise<void> } | null = null;
  const end = async (): Promise<void> => {
    working?.stop.abort();
    await working?.done;
    working = null;
  };
  try {
    const over = AbortSignal.any([signal, failed.signal]);
    for await (const news of election.campaign(name, { epoch: () => 0, signal: over })) {
      onNews(news);
      if (isExpectedError(news) && news.remedy === 'halt') throw news;
      if (news !== 'leader') await end();
      if (news !== 'leader' || working !== null) continue;
      const stop = new AbortController();
      const done = work(AbortSignal.any([over, stop.signal])).catch((error: unknown) => failed.abort(error));
      working = { stop, done };
    }
  } finally {
    await end();
  }
  if (failed.signal.aborted) throw failed.signal.reason;
}
