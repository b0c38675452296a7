/** A file of operations of the Stacks blockchain: `format` inside explains. */
export interface StacksVectors {
  readonly recognise: readonly RecogniseCase[];
  readonly derived_recognise: readonly RecogniseCase[];
  readonly parse: readonly ParseCase[];
  readonly derived_parse: readonly ParseCase[];
  readonly field_checks: readonly FieldCase[];
  readonly serialize: readonly SerializeCase[];
  readonly link: readonly LinkCase[];
  readonly check: readonly CheckCase[];
  readonly key_check: readonly KeyCase[];
  readonly distribution: readonly DistributionCase[];
  readonly previous: readonly PreviousCase[];
  readonly addresses: readonly AddressCase[];
  readonly retired: readonly RetiredCase[];
  readonly real_mainnet: readonly MainnetCase[];
  readonly real_mainnet_payloads: readonly MainnetPayloadCase[];
}

export type Fields = Readonly<Record<string, unknown>>;

interface Identified {
  readonly id: string;
}

export interface RecogniseCase extends Identified {
  readonly magic: string;
  readonly network: string;
  readonly epoch: string;
  readonly raw: string;
  readonly expect: Fields | null;
}

export interface AddressFields {
  readonly version: number;
  readonly hash: string;
}

/** A transaction as the original's tests make it up: recognised already. */
export interface MadeUpTransaction {
  readonly opcode: string;
  readonly data: string;
  readonly op_return_value: string;
  readonly inputs: readonly {
    readonly txid: string;
    readonly vout: number;
    readonly script_sig?: string;
    readonly pubkey?: string;
  }[];
  readonly outputs: readonly { readonly type: string; readonly hash: string; readonly value: string }[];
}

export interface Params {
  readonly firstBlock?: number;
  readonly cycleLength?: number;
  readonly prepareLength?: number;
  readonly sunsetStart?: number;
  readonly sunsetEnd?: number;
  readonly sender?: AddressFields;
}

export interface ParseCase extends Identified {
  readonly op: string;
  readonly epoch: string;
  readonly height: number;
  readonly params: Params;
  readonly network: string;
  readonly magic?: string;
  readonly raw?: string;
  readonly tx?: MadeUpTransaction;
  readonly expect: {
    readonly ok?: Fields;
    readonly error?: string;
    readonly txid?: string;
    readonly payload?: string;
  };
}

export interface FieldCase extends Identified {
  readonly op: string;
  readonly fields: Fields;
  readonly expect: { readonly error?: string };
}

export interface SerializeCase extends Identified {
  readonly op: string;
  readonly magic: string;
  readonly fields: Fields;
  readonly expect: { readonly script_length: number };
}

export interface LinkCase extends Identified {
  readonly epoch: string;
  readonly network: string;
  readonly params: Params;
  readonly blocks: readonly {
    readonly height: number;
    readonly txs: readonly (MadeUpTransaction & {
      readonly txid: string;
      readonly vtxindex: number;
      readonly expect: { readonly accepted?: Fields; readonly rejected?: string };
    })[];
  }[];
}

export interface CheckCase extends Identified {
  readonly state: {
    readonly firstBlock: number;
    readonly keys: readonly (readonly [number, number])[];
    readonly commits: readonly (readonly [number, number])[];
  };
  readonly epochs: readonly (readonly [string, number])[];
  readonly height: number;
  readonly commit: {
    readonly burn_parent_modulus: number;
    readonly memo: number | null;
    readonly parent_block_ptr: number;
    readonly parent_vtxindex: number;
    readonly key_block_ptr: number;
    readonly key_vtxindex: number;
    readonly burn_fee: string;
  };
  readonly expect: Fields;
}

export interface KeyCase extends Identified {
  readonly registered: readonly string[];
  readonly vrf_public_key: string;
  readonly expect: { readonly accepted?: boolean; readonly error?: string };
}

/** Burn, number of the transaction, number of the one that is spent, and which output of it. */
type NumberedCommit = readonly [number, number, number | null, number];

export interface DistributionCase extends Identified {
  readonly commits: readonly (readonly NumberedCommit[])[];
  readonly missed: readonly (readonly (readonly [number, number, number])[])[];
  readonly burn_blocks: readonly boolean[];
  readonly expect: { readonly burns: readonly number[] };
}

export interface PreviousCase extends Identified {
  readonly firstBlock: number;
  readonly parentHeight: number;
  readonly expect: readonly number[];
}

export interface AddressCase extends Identified {
  readonly c32?: string;
  readonly b58?: string;
  readonly version?: number;
  readonly hash?: string;
  readonly expect?: null;
}

export interface RetiredCase extends Identified {
  readonly raw: string;
  readonly magic: string;
  readonly expect: { readonly txid: string };
}

export interface MainnetCase extends Identified {
  readonly magic: string;
  readonly op: string;
  readonly epoch: string;
  readonly raw: string;
  readonly expect: Fields;
  readonly first_height_on_time: number;
}

export interface MainnetPayloadCase extends Identified {
  readonly op_return_script: string;
  readonly magic: string;
  readonly epoch: string;
  readonly outputs: readonly { readonly address: string; readonly value: string }[];
  readonly expect: Fields;
  readonly first_height_on_time: number;
}
