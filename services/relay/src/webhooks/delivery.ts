import type { CarriedWebhook } from '@virtualchain/access';
import type { Piece } from './pieces.ts';

/** What is posted: the bytes that are signed, under an id that is the same at every try. */
export interface DeliveryBody {
  readonly id: string;
  readonly body: Uint8Array;
}

/**
 * The delivery of a piece. It is counted: a webhook's deliveries have the numbers 1, 2, 3 … in their ids, for each time that it was
 * begun anew, so that a receiver that keeps the last one knows what it has, and what it misses.
 */
export function deliveryOf(
  {
    id: webhook,
    generation,
    deliveries,
    chain,
    machine,
  }: Pick<CarriedWebhook, 'id' | 'generation' | 'deliveries' | 'chain' | 'machine'>,
  { told, cursor }: Piece,
): DeliveryBody {
  const number = deliveries + 1;
  const head = JSON.stringify({ webhook, generation, number, chain, machine, cursor });
  const entries = told.map(({ text }) => text).join(',');
  return {
    id: `${webhook}.${generation}.${number}`,
    body: Buffer.from(`${head.slice(0, -1)},"entries":[${entries}]}`),
  };
}
