import { type ChainDefinition, type Decoded, defineVirtualChain } from '@virtualchain/protocol';
import type { PayloadCodec } from './operation.ts';
import { CODECS } from './operations.ts';
import { FINAL_EPOCH } from './rules/epochs.ts';
import { isIgnored } from './wire/payload.ts';

/** Where mainnet's history begins. */
const firstBlockMainnet = 373_601;

/**
 * The virtual chain `bns`. Parameters: `firstBlock` (mainnet's when absent), `magic` (`id`; a private network may use
 * two other characters) and `checkpoint` `{ height, hash }`. Subscribers' view is that of the final epoch.
 */
export const bnsChain: ChainDefinition = (parameters) =>
  defineVirtualChain({
    name: 'bns',
    magic: (parameters['magic'] ?? 'id') as string,
    firstBlock: (parameters['firstBlock'] ?? firstBlockMainnet) as number,
    checkpoint: parameters['checkpoint'] as { readonly height: number; readonly hash: string } | undefined,
    parameters,
    operations: [...CODECS].map(([opcode, codec]) => ({
      opcode,
      name: codec.name,
      decode: (payload) => decoded(codec, payload),
      encode: (words) => codec.encode(words),
      usage: codec.usage,
    })),
  });

function decoded({ decode }: PayloadCodec, payload: Uint8Array): Decoded {
  const read = decode(payload, FINAL_EPOCH);
  return isIgnored(read) ? { kind: 'problem', problem: read.detail } : { kind: 'decoded', value: asJson(read) };
}

/** Amounts as decimal text, as everywhere in events. */
function asJson(value: object): unknown {
  return JSON.parse(JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? `${each}` : each)));
}
