import type { BlockHash, Height, NetworkName, TransactionOutput } from '@virtualchain/bitcoin';

/** What a codec made of a payload: for subscribers, as JSON. Machines parse for themselves. */
export type Decoded =
  | { readonly kind: 'decoded'; readonly value: unknown }
  | { readonly kind: 'problem'; readonly problem: string };

/** What a sender's words became. */
export type Encoded =
  | { readonly kind: 'payload'; readonly payload: Uint8Array }
  | { readonly kind: 'problem'; readonly problem: string };

/** What a codec may look at beside the payload. */
export interface PayloadContext {
  readonly height: Height;
  readonly network: NetworkName;
  /** All outputs of the transaction, the one with the payload among them. */
  readonly outputs: readonly TransactionOutput[];
}

/** One opcode of a virtual chain: its name, and how its payload reads. `decode` and `encode` are total. */
export interface OperationCodec {
  readonly name: string;
  /** `context` is what the payload stands in; absent where there is the payload alone. */
  decode(payload: Uint8Array, context?: PayloadContext): Decoded;
  /** What follows the opcode, from the words that a person types. */
  encode?(words: readonly string[]): Encoded;
  /** Those words, for people: `NAME VALUE`. */
  readonly usage?: string;
}

/**
 * An application's own ordered history in the OP_RETURN outputs of a network: magic bytes, opcodes with their payload
 * codecs, and the first block. Made by `defineVirtualChain`.
 */
export interface VirtualChain {
  /** Part of topic and schema names: `[a-z][a-z0-9_]*`. */
  readonly name: string;
  /** What stands in front of every payload; none for a chain of all payloads of the network. */
  readonly magic: Uint8Array;
  readonly firstBlock: Height;
  /** By opcode byte, 0–255. */
  readonly operations: ReadonlyMap<number, OperationCodec>;
  /** A block that the node must agree on. Without one, the anchor is the node's word. */
  readonly checkpoint?: { readonly height: Height; readonly hash: BlockHash };
  /**
   * No rule looks at what the inputs spend: nothing is looked up for it, nodes need no transaction index, and operations
   * have no senders and no fee.
   */
  readonly isWithoutSenders?: boolean;
  /** At which heights operations carry the witnesses of their inputs; at none when absent. Pure: every writer decides alike. */
  hasWitnesses?(height: Height): boolean;
  /** The parameters the definition was made with, as JSON. */
  readonly parameters: Readonly<Record<string, unknown>>;
}
