import { type ErrorFields, errorText, isExpectedError } from '@virtualchain/kernel';
import type { Rules, Seals } from '@virtualchain/projection';
import { PEER_ANSWER_BYTES_MAX, PEER_ANSWER_TIMEOUT_MS } from '../limits.ts';
import { NotAPeer, PeerIncomparable, PeerUnavailable } from './errors.ts';
import type { PeerAddress } from './peer-address.ts';
import { readPeerAnswer } from './peer-answer.ts';

/**
 * Asks a peer for its newest seal, and those at some heights. Whatever it sends, for however long, the answer is the seals of
 * the same rules as ours, or an error that says what is wrong.
 *
 * @throws PeerUnavailable, NotAPeer, PeerIncomparable
 */
export async function askPeer(
  peer: PeerAddress,
  ours: Rules,
  heights: readonly number[],
  signal: AbortSignal,
): Promise<Seals> {
  const query = heights.length === 0 ? '' : `?heights=${heights.join(',')}`;
  const answer = readPeerAnswer(await bodyOf(peer, `${peer.base}/seals${query}`, signal), heights);
  if (answer === null) throw new NotAPeer(peer.label, 'does not answer with the seals of blocks');
  const differing = RULES.filter((name) => answer[name] !== ours[name]);
  if (differing.length > 0) throw new PeerIncomparable(peer.label, differing, ours, answer);
  return answer;
}

const RULES = ['network', 'chain', 'machine', 'version', 'parametersHash'] as const;

async function bodyOf({ label, authorization }: PeerAddress, url: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json', ...(authorization === null ? {} : { authorization }) },
      redirect: 'manual', // it would lead to where nobody said that we may ask
      signal: AbortSignal.any([signal, AbortSignal.timeout(PEER_ANSWER_TIMEOUT_MS)]),
    });
    const { status } = response;
    if (status === 200) return await boundedText(label, response);
    await response.body?.cancel();
    if (status === 408 || status === 429 || status >= 500) throw new PeerUnavailable(`${label} answers ${status}`);
    throw new NotAPeer(label, `answers ${status}`);
  } catch (error) {
    if (isExpectedError(error)) throw error;
    throw new PeerUnavailable(`${label}: ${reasonOf(error)}`, { cause: error });
  }
}

/** What `fetch` keeps for itself. Where several addresses of a host refuse, it has a code and no words. */
function reasonOf(error: unknown): string {
  const cause = (error as Error).cause ?? error;
  return errorText(cause) || String((cause as ErrorFields)['code']);
}

/** The body, as long as it is no longer than an answer can be, unpacked. */
async function boundedText(label: string, { body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > PEER_ANSWER_BYTES_MAX) throw new NotAPeer(label, `answers more than ${PEER_ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
