import { bytesToHex, type Height } from '@virtualchain/bitcoin';
import type { ExtraPage } from '@virtualchain/process';
import type { Answers } from '@virtualchain/projection';
import { HEIGHTS_PER_QUESTION_MAX } from './limits.ts';

/**
 * The projector's public interface for light clients: `/snv/ops-hash?height=`, `/snv/consensus-hashes?heights=1,2,3`,
 * `/snv/operations?height=`, `/snv/place?txid=`. Nothing here needs to be trusted: `verifyOperations` checks it all.
 */
export function snvPages(answers: Answers): (path: string, query: URLSearchParams) => Promise<ExtraPage | null> {
  return async (path, query) => {
    switch (path) {
      case '/snv/ops-hash': {
        const height = readHeight(query.get('height'));
        return height === null
          ? refuse('height', 'a block height')
          : { code: 200, body: { opsHash: await answers.opsHash(height) } };
      }
      case '/snv/consensus-hashes': {
        const heights = (query.get('heights') ?? '').split(',').map(readHeight);
        if (heights.length > HEIGHTS_PER_QUESTION_MAX || heights.includes(null))
          return refuse('heights', `at most ${HEIGHTS_PER_QUESTION_MAX} block heights, separated by commas`);
        return { code: 200, body: { consensusHashes: await answers.consensusHashes(heights as Height[]) } };
      }
      case '/snv/operations': {
        const height = readHeight(query.get('height'));
        if (height === null) return refuse('height', 'a block height');
        const operations = await answers.operationsAt(height);
        return { code: 200, body: { operations: operations?.map((bytes) => bytesToHex(bytes)) ?? null } };
      }
      case '/snv/place': {
        const txid = query.get('txid') ?? '';
        return /^[0-9a-f]{64}$/.test(txid)
          ? { code: 200, body: { place: await answers.placeOf(txid) } }
          : refuse('txid', '64 lower-case hex digits');
      }
      default:
        return null;
    }
  };
}

function readHeight(text: string | null): Height | null {
  return text !== null && /^\d{1,9}$/.test(text) ? (Number(text) as Height) : null;
}

function refuse(name: string, rule: string): ExtraPage {
  return { code: 400, body: { error: `${name} must be ${rule}` } };
}
