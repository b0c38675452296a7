import { type Height, hexToBytes, isHexBytes, height as toHeight } from '@virtualchain/bitcoin';
import { consensusHash, type SnvServer, verifyOperations } from '@virtualchain/machine';
import { askJson } from '../ask-json.ts';
import { addressOf } from '../subscription/options.ts';
import { AnswerNotProven } from './errors.ts';

/** Whose transitions are to be proved, and by what. */
export interface TransitionsQuestion {
  /** The address of a gateway. It need not be trusted. */
  readonly gateway: string;
  /** A token of the gateway with the scope `read`; none where it asks for none. */
  readonly token?: string | undefined;
  readonly chain: string;
  readonly machine: string;
  /** A block, at or above the one that is asked about, whose consensus hash you know to be right. */
  readonly trusted: { readonly height: number; readonly consensusHash: string };
  /** The machine's first block, as its definition says. */
  readonly firstBlock: number;
  readonly signal?: AbortSignal;
}

/**
 * Proves what a machine accepted in an old block, by a recent consensus hash, against a gateway that is not trusted (simple
 * name verification): about log2 of the distance in questions.
 *
 * @returns the transitions of the block, each as the bytes that the ops hash covers (`parseSerializedOperation` of
 * `@virtualchain/machine` reads them)
 * @throws AnswerNotProven for an answer that does not hold; GatewayRefused, GatewayUnavailable, NotAGateway; RangeError for
 * heights and hashes of yours that are none
 */
export async function verifyTransitions(height: number, question: TransitionsQuestion): Promise<readonly Uint8Array[]> {
  const { trusted, firstBlock } = question;
  const answer = await verifyOperations(
    {
      trusted: { height: toHeight(trusted.height), consensusHash: consensusHash(trusted.consensusHash) },
      target: toHeight(height),
      firstBlock: toHeight(firstBlock),
    },
    serverAt(question),
  );
  if (answer.kind === 'refused') throw new AnswerNotProven(answer.problem, `block ${answer.height}: ${answer.detail}`);
  return answer.operations;
}

/** A gateway as a server of SNV; what it answers is checked by whoever asked. */
function serverAt({ gateway, token, chain, machine, signal }: TransitionsQuestion): SnvServer {
  const path = `/v1/chains/${encodeURIComponent(chain)}/machines/${encodeURIComponent(machine)}/snv`;
  const ask = async (question: string, query: Readonly<Record<string, string | number>>, field: string) => {
    const answer = (await askJson(addressOf(gateway, `${path}/${question}`, query), { signal, token })) as Readonly<
      Record<string, unknown>
    > | null;
    return answer?.[field] ?? null;
  };
  return {
    opsHash: (height) => ask('ops-hash', { height }, 'opsHash') as Promise<string | null>,
    consensusHashes: async (heights: readonly Height[]) =>
      (await ask('consensus-hashes', { heights: heights.join(',') }, 'consensusHashes')) as (string | null)[],
    operationsAt: async (height) => {
      const operations = await ask('operations', { height }, 'operations');
      const isHexList =
        Array.isArray(operations) && operations.every((hex) => typeof hex === 'string' && isHexBytes(hex));
      return isHexList ? (operations as readonly string[]).map(hexToBytes) : null;
    },
  };
}
