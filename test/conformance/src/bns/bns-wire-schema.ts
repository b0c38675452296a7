import type { PriceFunction } from '@virtualchain/machine-bns';

export type Fields = Readonly<Record<string, unknown>>;

/** What `bns-wire.json` holds. */
export interface BnsWireVectors {
  readonly doc_example: { readonly input: string; readonly hash128: string };
  readonly hash128: readonly {
    readonly name: string;
    readonly consensus_hash: string;
    readonly name_hash128: string;
    readonly name_consensus_hash: string;
  }[];
  readonly import_key_ring: {
    readonly pubkey: string;
    readonly own_address: string;
    readonly children: Readonly<Record<string, string>>;
    readonly child_pubkeys: Readonly<Record<string, string>>;
  };
  readonly name_price: readonly {
    readonly height: number;
    readonly label: string;
    readonly namespace: string;
    readonly price: number;
    readonly price_in_stacks_micro?: number;
    readonly python_type: string;
    readonly units: string;
  }[];
  readonly name_validity: readonly { readonly name: string; readonly valid_name: boolean }[];
  readonly namespace_validity: readonly { readonly namespace_id: string; readonly valid_namespace: boolean }[];
  readonly namespace_price: readonly {
    readonly height: number;
    readonly namespace_id: string;
    readonly btc_satoshi: number | null;
    readonly microstacks: number | null;
  }[];
  readonly namespaces: Readonly<Record<string, PriceFunction>>;
  readonly preorder_hash: readonly {
    readonly id_string: string;
    readonly b40_big_endian_hex: string;
    readonly preorder_hash: string;
    readonly register_or_reveal_address: string;
    readonly sender_script_hex: string;
  }[];
  readonly py2_float_text: readonly { readonly int: string; readonly text: string }[];
  readonly real_mainnet_name_history?: {
    readonly name: string;
    readonly preorder_hash: {
      readonly hash: string;
      readonly register_address: string;
      readonly sender_script_hex: string;
    };
    readonly name_hash128: string;
  };
  readonly real_mainnet_ops?: {
    readonly ops: readonly Fields[];
    readonly serialized: readonly { readonly txid: string; readonly serialized: string }[];
    readonly ops_hash_of_this_subset: string;
  };
  readonly wire: readonly WireCase[];
}

export interface WireCase {
  readonly id: string;
  readonly height: number;
  readonly parsed: Fields | null;
  readonly tx: {
    readonly outputs: readonly { readonly script: string; readonly value: number }[];
    readonly sender_script_hex: string;
    readonly sender_pubkey_hex_in_scriptsig: string | null;
    readonly txid: string;
    readonly vtxindex: number;
  };
}
