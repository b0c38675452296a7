// Made by npm run generate.

type At = { readonly height: number; readonly blockHash: string | null; readonly consensusHash: string | null; readonly tip: number };

type Block = { readonly height: number; readonly hash: string; readonly time: number; readonly opsHash: string; readonly consensusHash: string; readonly changesHash: string; readonly accepted: number; readonly rejected: number; readonly ignored: number };

type Blocks = { readonly at: At; readonly entries: readonly Block[]; readonly next: string | null };

type Blocks2 = { readonly at: At; readonly block: Block };

type Header = { readonly at: At; readonly height: number; readonly hash: string; readonly header: string };

type Changed = { readonly collection: string; readonly key: readonly unknown[] };

type Operation = { readonly txid: string; readonly height: number; readonly blockHash: string; readonly position: number; readonly transactionIndex: number; readonly opcode: string | null; readonly name: string | null; readonly payload: string; readonly decoded: unknown; readonly problem?: string; readonly isWithoutSenders?: true; readonly senders: readonly unknown[]; readonly outputs: readonly unknown[]; readonly fee: string; readonly merklePath: string; readonly verdict: "accepted" | "rejected" | "ignored"; readonly code: string | null; readonly detail: string | null; readonly changed: readonly Changed[] };

type Operations = { readonly at: At; readonly entries: readonly Operation[]; readonly next: string | null };

type Snapshots = { readonly at: At; readonly snapshot: Block };

type Operations2 = { readonly at: At; readonly operation: Operation };

type Change = { readonly collection: string; readonly key: readonly unknown[]; readonly before: Readonly<Record<string, unknown>> | null; readonly after: Readonly<Record<string, unknown>> | null };

type Feed2 = { readonly kind: "genesis"; readonly cursor: string; readonly height: number; readonly blockHash: null; readonly changes: readonly Change[] };

type Feed3 = { readonly kind: "block.opened"; readonly cursor: string; readonly height: number; readonly blockHash: string; readonly changes: readonly Change[]; readonly previousHash: string; readonly time: number };

type Operation2 = { readonly txid: string; readonly height: number; readonly position: number; readonly payload: string };

type Feed4 = { readonly kind: "operation.accepted"; readonly cursor: string; readonly height: number; readonly blockHash: string; readonly changes: readonly Change[]; readonly code: string | null; readonly detail: string | null; readonly operation: Operation2 };

type Feed5 = { readonly kind: "operation.rejected"; readonly cursor: string; readonly height: number; readonly blockHash: string; readonly changes: readonly Change[]; readonly code: string | null; readonly detail: string | null; readonly operation: Operation2 };

type Feed6 = { readonly kind: "operation.ignored"; readonly cursor: string; readonly height: number; readonly blockHash: string; readonly changes: readonly Change[]; readonly code: string | null; readonly detail: string | null; readonly operation: Operation2 };

type Feed7 = { readonly kind: "block.sealed"; readonly cursor: string; readonly height: number; readonly blockHash: string; readonly changes: readonly Change[]; readonly opsHash: string; readonly consensusHash: string; readonly changesHash: string };

type Feed8 = { readonly kind: "block.retracted"; readonly cursor: string; readonly height: number; readonly blockHash: string; readonly changes: readonly Change[] };

type Feed = { readonly entries: readonly (Feed2 | Feed3 | Feed4 | Feed5 | Feed6 | Feed7 | Feed8)[]; readonly cursor: string; readonly isEnd: boolean };

type Pending2 = { readonly kind: "pending.begun"; readonly cursor: string; readonly height: number | null; readonly blockHash: string | null };

type Operation3 = { readonly txid: string; readonly height: number; readonly payload: string };

type Pending3 = { readonly kind: "pending.judged"; readonly cursor: string; readonly height: number; readonly blockHash: string; readonly txid: string; readonly operation: Operation3; readonly verdict: "accepted" | "rejected" | "ignored" | "faulted"; readonly code: string | null; readonly detail: string | null; readonly replaces: string | null };

type Pending4 = { readonly kind: "pending.replaced"; readonly cursor: string; readonly height: number; readonly blockHash: string; readonly txid: string; readonly operation: Operation3; readonly by: string };

type Pending5 = { readonly kind: "pending.dropped"; readonly cursor: string; readonly height: number; readonly blockHash: string; readonly txid: string; readonly operation: Operation3; readonly reason: "left" | "spent" };

type Pending6 = { readonly kind: "pending.confirmed"; readonly cursor: string; readonly height: number; readonly blockHash: string; readonly txid: string; readonly operation: Operation3 };

type Pending = { readonly entries: readonly (Pending2 | Pending3 | Pending4 | Pending5 | Pending6)[]; readonly cursor: string; readonly isEnd: boolean };

type Proof = { readonly at: At; readonly txid: string; readonly height: number; readonly blockHash: string; readonly transactionIndex: number; readonly merklePath: string; readonly header: string; readonly headers: readonly string[] };

type OpsHash = { readonly at: At; readonly opsHash: string | null };

type ConsensusHashes = { readonly at: At; readonly consensusHashes: readonly (string | null)[] };

type Operations3 = { readonly at: At; readonly operations: readonly string[] };

type Place2 = { readonly height: number; readonly transactionIndex: number };

type Place = { readonly at: At; readonly place: Place2 | null };

type Reorganisation = { readonly position: number; readonly depth: number; readonly highest: { readonly height: number; readonly hash: string }; readonly lowest: { readonly height: number; readonly hash: string } };

type Reorganisations = { readonly entries: readonly Reorganisation[]; readonly next: string | null };

type Tip = { readonly height: number; readonly hash: string; readonly consensusHash: string; readonly changesHash: string };

type Seals = { readonly network: string; readonly chain: string; readonly machine: string; readonly version: number; readonly parametersHash: string; readonly tip: Tip | null; readonly seals: readonly (Tip | null)[] };

type Name = { readonly name: string; readonly owner: string; readonly value: string | null; readonly revision: number; readonly locked: boolean; readonly history: readonly number[]; readonly claim_fee: string };

type Sender = { readonly script: string; readonly operations: number; readonly fees: string; readonly last_height: number };

type Opcode = { readonly opcode: string; readonly operations: number; readonly fees: string; readonly last_height: number };

type Record2 = { readonly name: string; readonly name_hash128: string; readonly namespace_id: string; readonly namespace_block_number: number; readonly preorder_hash: string; readonly value_hash: string | null; readonly sender: string; readonly sender_pubkey: string | null; readonly address: string; readonly block_number: number; readonly preorder_block_number: number; readonly first_registered: number; readonly last_renewed: number; readonly revoked: boolean; readonly op: string; readonly txid: string; readonly vtxindex: number; readonly op_fee: string | null; readonly imported_op_fee: string | null; readonly token_fee: string; readonly importer: string | null; readonly importer_address: string | null; readonly consensus_hash: string | null; readonly update_consensus_hash: string | null; readonly last_creation_op: string };

type GetNameRecord2 = { readonly name: string; readonly namespace: string; readonly record: Record2; readonly opcode: string; readonly expireBlock: number; readonly renewalDeadline: number; readonly isExpired: boolean; readonly isInGrace: boolean; readonly isRevoked: boolean; readonly exists: boolean; readonly did: string | null };

type GetNameRecord = { readonly at: At; readonly result: GetNameRecord2 };

type Operation4 = { readonly txid: string; readonly height: number; readonly position: number; readonly transactionIndex: number; readonly opcode: string | null; readonly name: string | null; readonly verdict: "accepted" | "rejected" | "ignored"; readonly code: string | null; readonly detail: string | null };

type GetNameCost2 = { readonly unit: "BTC" | "STACKS"; readonly amount: string; readonly microStacks: string | null; readonly payTo: string };

type GetNameCost = { readonly at: At; readonly result: GetNameCost2 };

type Record3 = { readonly namespace_id: string; readonly preorder_hash: string; readonly version: number; readonly sender: string; readonly sender_pubkey: string | null; readonly address: string; readonly recipient: string; readonly recipient_address: string; readonly block_number: number; readonly reveal_block: number; readonly ready_block: number; readonly op: string; readonly op_fee: string; readonly token_fee: string; readonly txid: string; readonly vtxindex: number; readonly lifetime: number; readonly coeff: number; readonly base: number; readonly buckets: readonly number[]; readonly nonalpha_discount: number; readonly no_vowel_discount: number };

type GetNumNamesInNamespace = { readonly at: At; readonly result: { readonly count: number } };

type GetNamesInNamespace2 = { readonly names: readonly string[]; readonly next: string | null };

type GetNamesInNamespace = { readonly at: At; readonly result: GetNamesInNamespace2 };

type GetNamespaceCost2 = { readonly unit: string; readonly amount: string; readonly isTaken: boolean };

type GetNamespaceCost = { readonly at: At; readonly result: GetNamespaceCost2 };

type GetConsensusAt = { readonly at: At; readonly result: { readonly consensusHash: string } };

type Account = { readonly address: string; readonly unit: string; readonly credit: string; readonly debit: string; readonly lock_transfer_block: number; readonly receive_whitelisted: boolean; readonly metadata: string; readonly block_number: number; readonly txid: string; readonly vtxindex: number };

type Names = { readonly at: At; readonly entries: readonly Record2[]; readonly next: string | null };

type Preorder = { readonly preorder_hash: string; readonly block_number: number; readonly op: string; readonly consensus_hash: string; readonly sender: string; readonly sender_pubkey: string | null; readonly address: string; readonly burn_address: string; readonly op_fee: string; readonly token_fee: string; readonly token_units: string; readonly txid: string; readonly vtxindex: number };

type Preorders = { readonly at: At; readonly entries: readonly Preorder[]; readonly next: string | null };

type Vesting = { readonly address: string; readonly unit: string; readonly height: number; readonly amount: string };

type ImportRing = { readonly namespace_id: string; readonly public_key: string; readonly addresses: readonly string[] };

type Block2 = { readonly height: number; readonly hash: string; readonly previousHash: string };

/** Questions of a gateway by their paths, made of its OpenAPI document. */
export interface BuiltInQuestions {
  /** the virtual chains, and their machines */
  readonly "/v1/chains": {
    readonly parameters: Readonly<Record<never, never>>;
    readonly answer: { readonly network: string; readonly chains: readonly { readonly name: string; readonly magic: string; readonly firstBlock: number; readonly operations: readonly { readonly opcode: string; readonly name: string; readonly usage: string | null }[]; readonly machines: readonly { readonly name: string; readonly version: number; readonly collections: readonly { readonly name: string; readonly key: readonly string[]; readonly indexes: Readonly<Record<string, readonly string[]>> }[]; readonly queries: readonly { readonly name: string; readonly about: string }[] }[] }[] };
  };
  /** how each machine stands */
  readonly "/v1/status": {
    readonly parameters: Readonly<Record<never, never>>;
    readonly answer: { readonly network: string; readonly database: { readonly isReplica: boolean; readonly replayLagBytes: number | null; readonly replayLagSeconds: number | null }; readonly machines: readonly { readonly chain: string; readonly machine: string; readonly version: number; readonly build: string; readonly status: string; readonly fault: { readonly code: string; readonly message: string; readonly height: number | null } | null; readonly tip: { readonly height: number; readonly hash: string; readonly time: number; readonly consensusHash: string | null; readonly changesHash: string | null } | null; readonly accepted: number; readonly rejected: number; readonly ignored: number }[] };
  };
  /** chains with their logs, machines with builds and checkpoints, and how far behind each is */
  readonly "/v1/topology": {
    readonly parameters: Readonly<Record<never, never>>;
    readonly answer: { readonly network: string; readonly database: { readonly isReplica: boolean; readonly replayLagBytes: number | null; readonly replayLagSeconds: number | null }; readonly chains: readonly { readonly name: string; readonly log: { readonly topic: string; readonly sequence: number | null; readonly height: number | null; readonly hash: string | null; readonly problem: string | null } | null; readonly newestHeight: number | null; readonly machines: readonly { readonly name: string; readonly isServed: boolean; readonly version: number; readonly build: string; readonly builds: readonly { readonly build: string; readonly version: number; readonly layout: number; readonly status: string }[]; readonly status: string; readonly fault: { readonly code: string; readonly message: string; readonly height: number | null; readonly txid: string | null } | null; readonly checkpoint: { readonly log: string; readonly epoch: number; readonly sequence: number; readonly height: number | null; readonly hash: string | null } | null; readonly tip: { readonly height: number; readonly hash: string; readonly time: number; readonly consensusHash: string | null } | null; readonly lagBlocks: number | null; readonly lagSeconds: number | null }[] }[] };
  };
  /** blocks, newest first */
  readonly "/v1/chains/kv/machines/kv/blocks": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: Blocks;
  };
  /** a block, by height or hash */
  readonly "/v1/chains/kv/machines/kv/blocks/{block}": {
    readonly parameters: { readonly at?: string | number; readonly block: string | number };
    readonly answer: Blocks2;
  };
  /** the raw header of a block */
  readonly "/v1/chains/kv/machines/kv/blocks/{block}/header": {
    readonly parameters: { readonly at?: string | number; readonly block: string | number };
    readonly answer: Header;
  };
  /** the operations of a block, newest first */
  readonly "/v1/chains/kv/machines/kv/blocks/{block}/operations": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly block: string | number };
    readonly answer: Operations;
  };
  /** what seals a block, by height or consensus hash */
  readonly "/v1/chains/kv/machines/kv/snapshots/{block}": {
    readonly parameters: { readonly at?: string | number; readonly block: string | number };
    readonly answer: Snapshots;
  };
  /** operations, newest first */
  readonly "/v1/chains/kv/machines/kv/operations": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly name?: "claim" | "update" | "transfer" | "delete" | "lock"; readonly sender?: string; readonly address?: string; readonly txid?: string; readonly verdict?: "accepted" | "rejected" | "ignored"; readonly code?: string; readonly opcode?: string; readonly from?: number; readonly to?: number };
    readonly answer: Operations;
  };
  /** the operation of a transaction */
  readonly "/v1/chains/kv/machines/kv/operations/{txid}": {
    readonly parameters: { readonly at?: string | number; readonly txid: string };
    readonly answer: Operations2;
  };
  /** the feed of the machine: what its state went through, with the rows that each operation changed, in pages */
  readonly "/v1/chains/kv/machines/kv/feed": {
    readonly parameters: { readonly from?: string | number; readonly after?: string; readonly filter?: string; readonly blocks?: boolean; readonly confirmations?: number; readonly limit?: number };
    readonly answer: Feed;
  };
  /** operations that are in no block yet, as the machine would judge them in the next one, and what becomes of them, in pages */
  readonly "/v1/chains/kv/machines/kv/pending": {
    readonly parameters: { readonly from?: string; readonly after?: string; readonly filter?: string; readonly limit?: number };
    readonly answer: Pending;
  };
  /** what a name holds, as text, and who owns it */
  readonly "/v1/chains/kv/machines/kv/queries/value": {
    readonly parameters: { readonly at?: string | number; readonly name: string | number };
    readonly answer: { readonly at: At; readonly result: { readonly name: string; readonly owner: string; readonly text: string | null; readonly revision: number; readonly locked: boolean } };
  };
  /** names in their order, a page at a time */
  readonly "/v1/chains/kv/machines/kv/queries/names": {
    readonly parameters: { readonly at?: string | number; readonly after?: string | number; readonly limit?: number };
    readonly answer: { readonly at: At; readonly result: { readonly names: readonly string[]; readonly next: string | null; readonly total: number } };
  };
  /** proves that a transaction is in its block, and the block in the chain */
  readonly "/v1/chains/kv/machines/kv/operations/{txid}/proof": {
    readonly parameters: { readonly at?: string | number; readonly to?: number; readonly txid: string };
    readonly answer: Proof;
  };
  /** the ops hash of a block; null for one that is not seen */
  readonly "/v1/chains/kv/machines/kv/snv/ops-hash": {
    readonly parameters: { readonly at?: string | number; readonly height: number };
    readonly answer: OpsHash;
  };
  /** consensus hashes in the order asked for; null where there is none */
  readonly "/v1/chains/kv/machines/kv/snv/consensus-hashes": {
    readonly parameters: { readonly at?: string | number; readonly heights: string | number };
    readonly answer: ConsensusHashes;
  };
  /** what a block made visible, as its ops hash covers it */
  readonly "/v1/chains/kv/machines/kv/snv/operations": {
    readonly parameters: { readonly at?: string | number; readonly height: number };
    readonly answer: Operations3;
  };
  /** where the transaction of an operation is; null when there is none */
  readonly "/v1/chains/kv/machines/kv/snv/place": {
    readonly parameters: { readonly at?: string | number; readonly txid: string };
    readonly answer: Place;
  };
  /** blocks that were taken back, by reorganisation, the last one first; the feed has what was in them */
  readonly "/v1/chains/kv/machines/kv/reorganisations": {
    readonly parameters: { readonly limit?: number; readonly after?: string };
    readonly answer: Reorganisations;
  };
  /** what two operators compare: the rules, the newest block, and the hashes that seal blocks, in the order asked for */
  readonly "/v1/chains/kv/machines/kv/seals": {
    readonly parameters: { readonly heights?: string | number };
    readonly answer: Seals;
  };
  /** rows of names, in the order of the key */
  readonly "/v1/chains/kv/machines/kv/collections/names": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: { readonly at: At; readonly entries: readonly Name[]; readonly next: string | null };
  };
  /** a row of names */
  readonly "/v1/chains/kv/machines/kv/collections/names/rows/{name}": {
    readonly parameters: { readonly at?: string | number; readonly name: string };
    readonly answer: { readonly at: At; readonly row: Name };
  };
  /** what a key of names held, newest first */
  readonly "/v1/chains/kv/machines/kv/collections/names/rows/{name}/history": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly name: string };
    readonly answer: { readonly at: At; readonly entries: readonly { readonly row: Name; readonly validFrom: number; readonly validTo: number | null }[]; readonly next: string | null };
  };
  /** blocks, newest first */
  readonly "/v1/chains/kv/machines/activity/blocks": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: Blocks;
  };
  /** a block, by height or hash */
  readonly "/v1/chains/kv/machines/activity/blocks/{block}": {
    readonly parameters: { readonly at?: string | number; readonly block: string | number };
    readonly answer: Blocks2;
  };
  /** the raw header of a block */
  readonly "/v1/chains/kv/machines/activity/blocks/{block}/header": {
    readonly parameters: { readonly at?: string | number; readonly block: string | number };
    readonly answer: Header;
  };
  /** the operations of a block, newest first */
  readonly "/v1/chains/kv/machines/activity/blocks/{block}/operations": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly block: string | number };
    readonly answer: Operations;
  };
  /** what seals a block, by height or consensus hash */
  readonly "/v1/chains/kv/machines/activity/snapshots/{block}": {
    readonly parameters: { readonly at?: string | number; readonly block: string | number };
    readonly answer: Snapshots;
  };
  /** operations, newest first */
  readonly "/v1/chains/kv/machines/activity/operations": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly name?: "claim" | "update" | "transfer" | "delete" | "lock"; readonly sender?: string; readonly address?: string; readonly txid?: string; readonly verdict?: "accepted" | "rejected" | "ignored"; readonly code?: string; readonly opcode?: string; readonly from?: number; readonly to?: number };
    readonly answer: Operations;
  };
  /** the operation of a transaction */
  readonly "/v1/chains/kv/machines/activity/operations/{txid}": {
    readonly parameters: { readonly at?: string | number; readonly txid: string };
    readonly answer: Operations2;
  };
  /** the feed of the machine: what its state went through, with the rows that each operation changed, in pages */
  readonly "/v1/chains/kv/machines/activity/feed": {
    readonly parameters: { readonly from?: string | number; readonly after?: string; readonly filter?: string; readonly blocks?: boolean; readonly confirmations?: number; readonly limit?: number };
    readonly answer: Feed;
  };
  /** operations that are in no block yet, as the machine would judge them in the next one, and what becomes of them, in pages */
  readonly "/v1/chains/kv/machines/activity/pending": {
    readonly parameters: { readonly from?: string; readonly after?: string; readonly filter?: string; readonly limit?: number };
    readonly answer: Pending;
  };
  /** proves that a transaction is in its block, and the block in the chain */
  readonly "/v1/chains/kv/machines/activity/operations/{txid}/proof": {
    readonly parameters: { readonly at?: string | number; readonly to?: number; readonly txid: string };
    readonly answer: Proof;
  };
  /** the ops hash of a block; null for one that is not seen */
  readonly "/v1/chains/kv/machines/activity/snv/ops-hash": {
    readonly parameters: { readonly at?: string | number; readonly height: number };
    readonly answer: OpsHash;
  };
  /** consensus hashes in the order asked for; null where there is none */
  readonly "/v1/chains/kv/machines/activity/snv/consensus-hashes": {
    readonly parameters: { readonly at?: string | number; readonly heights: string | number };
    readonly answer: ConsensusHashes;
  };
  /** what a block made visible, as its ops hash covers it */
  readonly "/v1/chains/kv/machines/activity/snv/operations": {
    readonly parameters: { readonly at?: string | number; readonly height: number };
    readonly answer: Operations3;
  };
  /** where the transaction of an operation is; null when there is none */
  readonly "/v1/chains/kv/machines/activity/snv/place": {
    readonly parameters: { readonly at?: string | number; readonly txid: string };
    readonly answer: Place;
  };
  /** blocks that were taken back, by reorganisation, the last one first; the feed has what was in them */
  readonly "/v1/chains/kv/machines/activity/reorganisations": {
    readonly parameters: { readonly limit?: number; readonly after?: string };
    readonly answer: Reorganisations;
  };
  /** what two operators compare: the rules, the newest block, and the hashes that seal blocks, in the order asked for */
  readonly "/v1/chains/kv/machines/activity/seals": {
    readonly parameters: { readonly heights?: string | number };
    readonly answer: Seals;
  };
  /** rows of senders, in the order of the key */
  readonly "/v1/chains/kv/machines/activity/collections/senders": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: { readonly at: At; readonly entries: readonly Sender[]; readonly next: string | null };
  };
  /** rows of senders by operations */
  readonly "/v1/chains/kv/machines/activity/collections/senders/by/operations": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly operations?: string | number };
    readonly answer: { readonly at: At; readonly entries: readonly Sender[]; readonly next: string | null };
  };
  /** a row of senders */
  readonly "/v1/chains/kv/machines/activity/collections/senders/rows/{script}": {
    readonly parameters: { readonly at?: string | number; readonly script: string };
    readonly answer: { readonly at: At; readonly row: Sender };
  };
  /** what a key of senders held, newest first */
  readonly "/v1/chains/kv/machines/activity/collections/senders/rows/{script}/history": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly script: string };
    readonly answer: { readonly at: At; readonly entries: readonly { readonly row: Sender; readonly validFrom: number; readonly validTo: number | null }[]; readonly next: string | null };
  };
  /** rows of opcodes, in the order of the key */
  readonly "/v1/chains/kv/machines/activity/collections/opcodes": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: { readonly at: At; readonly entries: readonly Opcode[]; readonly next: string | null };
  };
  /** a row of opcodes */
  readonly "/v1/chains/kv/machines/activity/collections/opcodes/rows/{opcode}": {
    readonly parameters: { readonly at?: string | number; readonly opcode: string };
    readonly answer: { readonly at: At; readonly row: Opcode };
  };
  /** what a key of opcodes held, newest first */
  readonly "/v1/chains/kv/machines/activity/collections/opcodes/rows/{opcode}/history": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly opcode: string };
    readonly answer: { readonly at: At; readonly entries: readonly { readonly row: Opcode; readonly validFrom: number; readonly validTo: number | null }[]; readonly next: string | null };
  };
  /** blocks, newest first */
  readonly "/v1/chains/bns/machines/bns/blocks": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: Blocks;
  };
  /** a block, by height or hash */
  readonly "/v1/chains/bns/machines/bns/blocks/{block}": {
    readonly parameters: { readonly at?: string | number; readonly block: string | number };
    readonly answer: Blocks2;
  };
  /** the raw header of a block */
  readonly "/v1/chains/bns/machines/bns/blocks/{block}/header": {
    readonly parameters: { readonly at?: string | number; readonly block: string | number };
    readonly answer: Header;
  };
  /** the operations of a block, newest first */
  readonly "/v1/chains/bns/machines/bns/blocks/{block}/operations": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly block: string | number };
    readonly answer: Operations;
  };
  /** what seals a block, by height or consensus hash */
  readonly "/v1/chains/bns/machines/bns/snapshots/{block}": {
    readonly parameters: { readonly at?: string | number; readonly block: string | number };
    readonly answer: Snapshots;
  };
  /** operations, newest first */
  readonly "/v1/chains/bns/machines/bns/operations": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly name?: "namespace_preorder" | "namespace_reveal" | "namespace_ready" | "name_import" | "name_preorder" | "name_registration" | "name_update" | "name_transfer" | "name_revoke" | "announce" | "token_transfer"; readonly sender?: string; readonly address?: string; readonly txid?: string; readonly verdict?: "accepted" | "rejected" | "ignored"; readonly code?: string; readonly opcode?: string; readonly from?: number; readonly to?: number };
    readonly answer: Operations;
  };
  /** the operation of a transaction */
  readonly "/v1/chains/bns/machines/bns/operations/{txid}": {
    readonly parameters: { readonly at?: string | number; readonly txid: string };
    readonly answer: Operations2;
  };
  /** the feed of the machine: what its state went through, with the rows that each operation changed, in pages */
  readonly "/v1/chains/bns/machines/bns/feed": {
    readonly parameters: { readonly from?: string | number; readonly after?: string; readonly filter?: string; readonly blocks?: boolean; readonly confirmations?: number; readonly limit?: number };
    readonly answer: Feed;
  };
  /** operations that are in no block yet, as the machine would judge them in the next one, and what becomes of them, in pages */
  readonly "/v1/chains/bns/machines/bns/pending": {
    readonly parameters: { readonly from?: string; readonly after?: string; readonly filter?: string; readonly limit?: number };
    readonly answer: Pending;
  };
  /** a name in whatever state, expired ones too */
  readonly "/v1/chains/bns/machines/bns/queries/get_name_record": {
    readonly parameters: { readonly at?: string | number; readonly name: string };
    readonly answer: GetNameRecord;
  };
  /** a name, if it exists at the height: neither expired nor out of grace */
  readonly "/v1/chains/bns/machines/bns/queries/get_name_at": {
    readonly parameters: { readonly at?: string | number; readonly name: string };
    readonly answer: GetNameRecord;
  };
  /** what a name went through over all its lives, newest first, 20 records a page */
  readonly "/v1/chains/bns/machines/bns/queries/get_name_history_page": {
    readonly parameters: { readonly at?: string | number; readonly name: string; readonly page?: number };
    readonly answer: { readonly at: At; readonly result: { readonly history: readonly { readonly height: number; readonly until: number | null; readonly record: Record2; readonly operations: readonly Operation4[] }[]; readonly page: number } };
  };
  /** whether a name ever had this value hash */
  readonly "/v1/chains/bns/machines/bns/queries/is_name_zonefile_hash": {
    readonly parameters: { readonly at?: string | number; readonly name: string; readonly hash: string };
    readonly answer: { readonly at: At; readonly result: { readonly result: boolean } };
  };
  /** the DID of the newest life of a name */
  readonly "/v1/chains/bns/machines/bns/queries/get_name_DID": {
    readonly parameters: { readonly at?: string | number; readonly name: string };
    readonly answer: { readonly at: At; readonly result: { readonly did: string } };
  };
  /** the name that a DID stands for, or what ended it */
  readonly "/v1/chains/bns/machines/bns/queries/get_DID_record": {
    readonly parameters: { readonly at?: string | number; readonly did: string };
    readonly answer: { readonly at: At; readonly result: { readonly status: "name" | "ended"; readonly name: string; readonly endedBy: "revocation" | "registration" | null; readonly answer: GetNameRecord2 | null } };
  };
  /** what a name costs if it is paid for in the next block */
  readonly "/v1/chains/bns/machines/bns/queries/get_name_cost": {
    readonly parameters: { readonly at?: string | number; readonly name: string };
    readonly answer: GetNameCost;
  };
  /** a namespace that is launched, or revealed and not expired */
  readonly "/v1/chains/bns/machines/bns/queries/get_namespace_blockchain_record": {
    readonly parameters: { readonly at?: string | number; readonly namespace: string };
    readonly answer: { readonly at: At; readonly result: { readonly namespace: string; readonly record: Record3; readonly opcode: string; readonly isReady: boolean } };
  };
  /** all launched namespaces */
  readonly "/v1/chains/bns/machines/bns/queries/get_all_namespaces": {
    readonly parameters: { readonly at?: string | number };
    readonly answer: { readonly at: At; readonly result: { readonly namespaces: readonly string[] } };
  };
  /** how many names of a namespace exist, revoked ones too */
  readonly "/v1/chains/bns/machines/bns/queries/get_num_names_in_namespace": {
    readonly parameters: { readonly at?: string | number; readonly namespace: string };
    readonly answer: GetNumNamesInNamespace;
  };
  /** names of a namespace that exist, revoked ones too, in bytewise order */
  readonly "/v1/chains/bns/machines/bns/queries/get_names_in_namespace": {
    readonly parameters: { readonly at?: string | number; readonly namespace: string; readonly limit?: number; readonly after?: string };
    readonly answer: GetNamesInNamespace;
  };
  /** what a namespace costs if it is revealed in the next block */
  readonly "/v1/chains/bns/machines/bns/queries/get_namespace_cost": {
    readonly parameters: { readonly at?: string | number; readonly namespace: string };
    readonly answer: GetNamespaceCost;
  };
  /** how many names exist, revoked ones too */
  readonly "/v1/chains/bns/machines/bns/queries/get_num_names": {
    readonly parameters: { readonly at?: string | number };
    readonly answer: GetNumNamesInNamespace;
  };
  /** how many names ever were, expired ones too */
  readonly "/v1/chains/bns/machines/bns/queries/get_num_names_cumulative": {
    readonly parameters: { readonly at?: string | number };
    readonly answer: GetNumNamesInNamespace;
  };
  /** names that exist, revoked ones too, in bytewise order */
  readonly "/v1/chains/bns/machines/bns/queries/get_all_names": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: GetNamesInNamespace;
  };
  /** names that ever were, expired ones too, in bytewise order */
  readonly "/v1/chains/bns/machines/bns/queries/get_all_names_cumulative": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: GetNamesInNamespace;
  };
  /** names of an address that exist and are not revoked */
  readonly "/v1/chains/bns/machines/bns/queries/get_names_owned_by_address": {
    readonly parameters: { readonly at?: string | number; readonly address: string; readonly limit?: number; readonly after?: string };
    readonly answer: GetNamesInNamespace;
  };
  /** names that an address created, whoever owns them now, oldest first */
  readonly "/v1/chains/bns/machines/bns/queries/get_historic_names_by_address": {
    readonly parameters: { readonly at?: string | number; readonly address: string; readonly limit?: number; readonly offset?: number };
    readonly answer: { readonly at: At; readonly result: { readonly names: readonly { readonly name: string; readonly address: string; readonly height: number; readonly vtxindex: number }[] } };
  };
  /** how many names an address created */
  readonly "/v1/chains/bns/machines/bns/queries/get_num_historic_names_by_address": {
    readonly parameters: { readonly at?: string | number; readonly address: string };
    readonly answer: GetNumNamesInNamespace;
  };
  /** that there is somebody */
  readonly "/v1/chains/bns/machines/bns/queries/ping": {
    readonly parameters: { readonly at?: string | number };
    readonly answer: { readonly at: At; readonly result: { readonly status: string } };
  };
  /** where the name system stands */
  readonly "/v1/chains/bns/machines/bns/queries/getinfo": {
    readonly parameters: { readonly at?: string | number };
    readonly answer: { readonly at: At; readonly result: { readonly last_block_seen: number; readonly last_block_processed: number; readonly consensus: string | null } };
  };
  /** how many operations of a block were accepted */
  readonly "/v1/chains/bns/machines/bns/queries/get_num_blockstack_ops_at": {
    readonly parameters: { readonly at?: string | number; readonly height: number };
    readonly answer: GetNumNamesInNamespace;
  };
  /** operations of a block in their order: those accepted, unless others are asked for */
  readonly "/v1/chains/bns/machines/bns/queries/get_blockstack_ops_at": {
    readonly parameters: { readonly at?: string | number; readonly height: number; readonly limit?: number; readonly after?: number; readonly verdict?: "accepted" | "rejected" | "ignored" | "any" };
    readonly answer: { readonly at: At; readonly result: { readonly operations: readonly Operation4[]; readonly next: number | null } };
  };
  /** the ops hash of a block */
  readonly "/v1/chains/bns/machines/bns/queries/get_blockstack_ops_hash_at": {
    readonly parameters: { readonly at?: string | number; readonly height: number };
    readonly answer: { readonly at: At; readonly result: { readonly opsHash: string } };
  };
  /** what became of a transaction, and why */
  readonly "/v1/chains/bns/machines/bns/queries/get_transaction_status": {
    readonly parameters: { readonly at?: string | number; readonly txid: string };
    readonly answer: { readonly at: At; readonly result: Operation4 };
  };
  /** the consensus hash of a block */
  readonly "/v1/chains/bns/machines/bns/queries/get_consensus_at": {
    readonly parameters: { readonly at?: string | number; readonly height: number };
    readonly answer: GetConsensusAt;
  };
  /** the consensus hashes of up to 32 blocks */
  readonly "/v1/chains/bns/machines/bns/queries/get_consensus_hashes": {
    readonly parameters: { readonly at?: string | number; readonly heights: readonly number[] };
    readonly answer: { readonly at: At; readonly result: { readonly consensusHashes: readonly { readonly height: number; readonly consensusHash: string | null }[] } };
  };
  /** the height that a consensus hash sealed */
  readonly "/v1/chains/bns/machines/bns/queries/get_block_from_consensus": {
    readonly parameters: { readonly at?: string | number; readonly consensusHash: string };
    readonly answer: { readonly at: At; readonly result: { readonly height: number } };
  };
  /** the consensus hash of the height that is read */
  readonly "/v1/chains/bns/machines/bns/queries/get_consensus": {
    readonly parameters: { readonly at?: string | number };
    readonly answer: GetConsensusAt;
  };
  /** units that an address ever held */
  readonly "/v1/chains/bns/machines/bns/queries/get_account_tokens": {
    readonly parameters: { readonly at?: string | number; readonly address: string };
    readonly answer: { readonly at: At; readonly result: { readonly tokens: readonly string[] } };
  };
  /** the accounts of an address, one a unit */
  readonly "/v1/chains/bns/machines/bns/queries/get_account_at": {
    readonly parameters: { readonly at?: string | number; readonly address: string };
    readonly answer: { readonly at: At; readonly result: { readonly accounts: readonly Account[] } };
  };
  /** an account */
  readonly "/v1/chains/bns/machines/bns/queries/get_account_record": {
    readonly parameters: { readonly at?: string | number; readonly address: string; readonly unit?: string };
    readonly answer: { readonly at: At; readonly result: Account };
  };
  /** what an account holds; 0 for one that never was */
  readonly "/v1/chains/bns/machines/bns/queries/get_account_balance": {
    readonly parameters: { readonly at?: string | number; readonly address: string; readonly unit?: string };
    readonly answer: { readonly at: At; readonly result: { readonly balance: string } };
  };
  /** records of an account, newest first, 20 a page */
  readonly "/v1/chains/bns/machines/bns/queries/get_account_history": {
    readonly parameters: { readonly at?: string | number; readonly address: string; readonly unit?: string; readonly page?: number };
    readonly answer: { readonly at: At; readonly result: { readonly history: readonly { readonly height: number; readonly until: number | null; readonly record: Account; readonly operations: readonly Operation4[] }[]; readonly page: number } };
  };
  /** proves that a transaction is in its block, and the block in the chain */
  readonly "/v1/chains/bns/machines/bns/operations/{txid}/proof": {
    readonly parameters: { readonly at?: string | number; readonly to?: number; readonly txid: string };
    readonly answer: Proof;
  };
  /** the ops hash of a block; null for one that is not seen */
  readonly "/v1/chains/bns/machines/bns/snv/ops-hash": {
    readonly parameters: { readonly at?: string | number; readonly height: number };
    readonly answer: OpsHash;
  };
  /** consensus hashes in the order asked for; null where there is none */
  readonly "/v1/chains/bns/machines/bns/snv/consensus-hashes": {
    readonly parameters: { readonly at?: string | number; readonly heights: string | number };
    readonly answer: ConsensusHashes;
  };
  /** what a block made visible, as its ops hash covers it */
  readonly "/v1/chains/bns/machines/bns/snv/operations": {
    readonly parameters: { readonly at?: string | number; readonly height: number };
    readonly answer: Operations3;
  };
  /** where the transaction of an operation is; null when there is none */
  readonly "/v1/chains/bns/machines/bns/snv/place": {
    readonly parameters: { readonly at?: string | number; readonly txid: string };
    readonly answer: Place;
  };
  /** blocks that were taken back, by reorganisation, the last one first; the feed has what was in them */
  readonly "/v1/chains/bns/machines/bns/reorganisations": {
    readonly parameters: { readonly limit?: number; readonly after?: string };
    readonly answer: Reorganisations;
  };
  /** what two operators compare: the rules, the newest block, and the hashes that seal blocks, in the order asked for */
  readonly "/v1/chains/bns/machines/bns/seals": {
    readonly parameters: { readonly heights?: string | number };
    readonly answer: Seals;
  };
  /** rows of names, in the order of the key */
  readonly "/v1/chains/bns/machines/bns/collections/names": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: Names;
  };
  /** rows of names by sender */
  readonly "/v1/chains/bns/machines/bns/collections/names/by/owner": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly sender?: string };
    readonly answer: Names;
  };
  /** rows of names by address */
  readonly "/v1/chains/bns/machines/bns/collections/names/by/address": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly address?: string };
    readonly answer: Names;
  };
  /** rows of names by name_hash128 */
  readonly "/v1/chains/bns/machines/bns/collections/names/by/hash": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly name_hash128?: string };
    readonly answer: Names;
  };
  /** rows of names by namespace_id */
  readonly "/v1/chains/bns/machines/bns/collections/names/by/namespace": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly namespace_id?: string };
    readonly answer: Names;
  };
  /** rows of names by preorder_hash */
  readonly "/v1/chains/bns/machines/bns/collections/names/by/preorder": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly preorder_hash?: string };
    readonly answer: Names;
  };
  /** a row of names */
  readonly "/v1/chains/bns/machines/bns/collections/names/rows/{name}": {
    readonly parameters: { readonly at?: string | number; readonly name: string };
    readonly answer: { readonly at: At; readonly row: Record2 };
  };
  /** what a key of names held, newest first */
  readonly "/v1/chains/bns/machines/bns/collections/names/rows/{name}/history": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly name: string };
    readonly answer: { readonly at: At; readonly entries: readonly { readonly row: Record2; readonly validFrom: number; readonly validTo: number | null }[]; readonly next: string | null };
  };
  /** rows of namespaces, in the order of the key */
  readonly "/v1/chains/bns/machines/bns/collections/namespaces": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: { readonly at: At; readonly entries: readonly Record3[]; readonly next: string | null };
  };
  /** rows of namespaces by preorder_hash */
  readonly "/v1/chains/bns/machines/bns/collections/namespaces/by/preorder": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly preorder_hash?: string };
    readonly answer: { readonly at: At; readonly entries: readonly Record3[]; readonly next: string | null };
  };
  /** a row of namespaces */
  readonly "/v1/chains/bns/machines/bns/collections/namespaces/rows/{namespace_id}": {
    readonly parameters: { readonly at?: string | number; readonly namespace_id: string };
    readonly answer: { readonly at: At; readonly row: Record3 };
  };
  /** what a key of namespaces held, newest first */
  readonly "/v1/chains/bns/machines/bns/collections/namespaces/rows/{namespace_id}/history": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly namespace_id: string };
    readonly answer: { readonly at: At; readonly entries: readonly { readonly row: Record3; readonly validFrom: number; readonly validTo: number | null }[]; readonly next: string | null };
  };
  /** rows of preorders, in the order of the key */
  readonly "/v1/chains/bns/machines/bns/collections/preorders": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: Preorders;
  };
  /** rows of preorders by preorder_hash */
  readonly "/v1/chains/bns/machines/bns/collections/preorders/by/hash": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly preorder_hash?: string };
    readonly answer: Preorders;
  };
  /** rows of preorders by sender */
  readonly "/v1/chains/bns/machines/bns/collections/preorders/by/sender": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly sender?: string };
    readonly answer: Preorders;
  };
  /** rows of preorders by address */
  readonly "/v1/chains/bns/machines/bns/collections/preorders/by/address": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly address?: string };
    readonly answer: Preorders;
  };
  /** a row of preorders */
  readonly "/v1/chains/bns/machines/bns/collections/preorders/rows/{preorder_hash}/{block_number}": {
    readonly parameters: { readonly at?: string | number; readonly preorder_hash: string; readonly block_number: string | number };
    readonly answer: { readonly at: At; readonly row: Preorder };
  };
  /** what a key of preorders held, newest first */
  readonly "/v1/chains/bns/machines/bns/collections/preorders/rows/{preorder_hash}/{block_number}/history": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly preorder_hash: string; readonly block_number: string | number };
    readonly answer: { readonly at: At; readonly entries: readonly { readonly row: Preorder; readonly validFrom: number; readonly validTo: number | null }[]; readonly next: string | null };
  };
  /** rows of accounts, in the order of the key */
  readonly "/v1/chains/bns/machines/bns/collections/accounts": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: { readonly at: At; readonly entries: readonly Account[]; readonly next: string | null };
  };
  /** a row of accounts */
  readonly "/v1/chains/bns/machines/bns/collections/accounts/rows/{address}/{unit}": {
    readonly parameters: { readonly at?: string | number; readonly address: string; readonly unit: string };
    readonly answer: { readonly at: At; readonly row: Account };
  };
  /** what a key of accounts held, newest first */
  readonly "/v1/chains/bns/machines/bns/collections/accounts/rows/{address}/{unit}/history": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly address: string; readonly unit: string };
    readonly answer: { readonly at: At; readonly entries: readonly { readonly row: Account; readonly validFrom: number; readonly validTo: number | null }[]; readonly next: string | null };
  };
  /** rows of vesting, in the order of the key */
  readonly "/v1/chains/bns/machines/bns/collections/vesting": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: { readonly at: At; readonly entries: readonly Vesting[]; readonly next: string | null };
  };
  /** rows of vesting by height */
  readonly "/v1/chains/bns/machines/bns/collections/vesting/by/due": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly height?: string | number };
    readonly answer: { readonly at: At; readonly entries: readonly Vesting[]; readonly next: string | null };
  };
  /** a row of vesting */
  readonly "/v1/chains/bns/machines/bns/collections/vesting/rows/{address}/{unit}/{height}": {
    readonly parameters: { readonly at?: string | number; readonly address: string; readonly unit: string; readonly height: string | number };
    readonly answer: { readonly at: At; readonly row: Vesting };
  };
  /** what a key of vesting held, newest first */
  readonly "/v1/chains/bns/machines/bns/collections/vesting/rows/{address}/{unit}/{height}/history": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly address: string; readonly unit: string; readonly height: string | number };
    readonly answer: { readonly at: At; readonly entries: readonly { readonly row: Vesting; readonly validFrom: number; readonly validTo: number | null }[]; readonly next: string | null };
  };
  /** rows of import_rings, in the order of the key */
  readonly "/v1/chains/bns/machines/bns/collections/import_rings": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: { readonly at: At; readonly entries: readonly ImportRing[]; readonly next: string | null };
  };
  /** a row of import_rings */
  readonly "/v1/chains/bns/machines/bns/collections/import_rings/rows/{namespace_id}": {
    readonly parameters: { readonly at?: string | number; readonly namespace_id: string };
    readonly answer: { readonly at: At; readonly row: ImportRing };
  };
  /** what a key of import_rings held, newest first */
  readonly "/v1/chains/bns/machines/bns/collections/import_rings/rows/{namespace_id}/history": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly namespace_id: string };
    readonly answer: { readonly at: At; readonly entries: readonly { readonly row: ImportRing; readonly validFrom: number; readonly validTo: number | null }[]; readonly next: string | null };
  };
  /** the log of the virtual chain: its blocks, each with its operations as published, in pages */
  readonly "/v1/chains/kv/log": {
    readonly parameters: { readonly from?: string | number; readonly after?: string; readonly filter?: string; readonly blocks?: boolean; readonly confirmations?: number; readonly limit?: number };
    readonly answer: { readonly entries: readonly ({ readonly kind: "block.connected"; readonly cursor: string; readonly block: Block2; readonly operations: readonly { readonly txid: string }[] } | { readonly kind: "block.disconnected"; readonly cursor: string; readonly block: Block2 })[]; readonly cursor: string; readonly isEnd: boolean };
  };
  /** the log of the virtual chain: its blocks, each with its operations as published, in pages */
  readonly "/v1/chains/bns/log": {
    readonly parameters: { readonly from?: string | number; readonly after?: string; readonly filter?: string; readonly blocks?: boolean; readonly confirmations?: number; readonly limit?: number };
    readonly answer: { readonly entries: readonly ({ readonly kind: "block.connected"; readonly cursor: string; readonly block: Block2; readonly operations: readonly { readonly txid: string }[] } | { readonly kind: "block.disconnected"; readonly cursor: string; readonly block: Block2 })[]; readonly cursor: string; readonly isEnd: boolean };
  };
  /** a name in whatever state, expired ones too */
  readonly "/v1/names/{name}": {
    readonly parameters: { readonly at?: string | number; readonly name: string };
    readonly answer: GetNameRecord;
  };
  /** a name in whatever state, expired ones too */
  readonly "/v1/blockchains/bitcoin/names/{name}": {
    readonly parameters: { readonly at?: string | number; readonly name: string };
    readonly answer: GetNameRecord;
  };
  /** what a name went through over all its lives, newest first, 20 records a page */
  readonly "/v1/names/{name}/history": {
    readonly parameters: { readonly at?: string | number; readonly page?: number; readonly name: string };
    readonly answer: { readonly at: At; readonly result: { readonly history: readonly { readonly height: number; readonly until: number | null; readonly record: Record2; readonly operations: readonly Operation4[] }[]; readonly page: number } };
  };
  /** the name that a DID stands for, or what ended it */
  readonly "/v1/dids/{did}": {
    readonly parameters: { readonly at?: string | number; readonly did: string };
    readonly answer: { readonly at: At; readonly result: { readonly status: "name" | "ended"; readonly name: string; readonly endedBy: "revocation" | "registration" | null; readonly answer: GetNameRecord2 | null } };
  };
  /** what a name costs if it is paid for in the next block */
  readonly "/v1/prices/names/{name}": {
    readonly parameters: { readonly at?: string | number; readonly name: string };
    readonly answer: GetNameCost;
  };
  /** what a name costs if it is paid for in the next block */
  readonly "/v2/prices/names/{name}": {
    readonly parameters: { readonly at?: string | number; readonly name: string };
    readonly answer: GetNameCost;
  };
  /** a namespace that is launched, or revealed and not expired */
  readonly "/v1/namespaces/{namespace}": {
    readonly parameters: { readonly at?: string | number; readonly namespace: string };
    readonly answer: { readonly at: At; readonly result: { readonly namespace: string; readonly record: Record3; readonly opcode: string; readonly isReady: boolean } };
  };
  /** all launched namespaces */
  readonly "/v1/namespaces": {
    readonly parameters: { readonly at?: string | number };
    readonly answer: { readonly at: At; readonly result: { readonly namespaces: readonly string[] } };
  };
  /** how many names of a namespace exist, revoked ones too */
  readonly "/v1/namespaces/{namespace}/name_count": {
    readonly parameters: { readonly at?: string | number; readonly namespace: string };
    readonly answer: GetNumNamesInNamespace;
  };
  /** names of a namespace that exist, revoked ones too, in bytewise order */
  readonly "/v1/namespaces/{namespace}/names": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly namespace: string };
    readonly answer: GetNamesInNamespace;
  };
  /** what a namespace costs if it is revealed in the next block */
  readonly "/v1/prices/namespaces/{namespace}": {
    readonly parameters: { readonly at?: string | number; readonly namespace: string };
    readonly answer: GetNamespaceCost;
  };
  /** what a namespace costs if it is revealed in the next block */
  readonly "/v2/prices/namespaces/{namespace}": {
    readonly parameters: { readonly at?: string | number; readonly namespace: string };
    readonly answer: GetNamespaceCost;
  };
  /** how many names exist, revoked ones too */
  readonly "/v1/blockchains/bitcoin/name_count": {
    readonly parameters: { readonly at?: string | number };
    readonly answer: GetNumNamesInNamespace;
  };
  /** names that exist, revoked ones too, in bytewise order */
  readonly "/v1/names": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string };
    readonly answer: GetNamesInNamespace;
  };
  /** names of an address that exist and are not revoked */
  readonly "/v1/addresses/bitcoin/{address}": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: string; readonly address: string };
    readonly answer: GetNamesInNamespace;
  };
  /** that there is somebody */
  readonly "/v1/ping": {
    readonly parameters: { readonly at?: string | number };
    readonly answer: { readonly at: At; readonly result: { readonly status: string } };
  };
  /** where the name system stands */
  readonly "/v1/info": {
    readonly parameters: { readonly at?: string | number };
    readonly answer: { readonly at: At; readonly result: { readonly last_block_seen: number; readonly last_block_processed: number; readonly consensus: string | null } };
  };
  /** operations of a block in their order: those accepted, unless others are asked for */
  readonly "/v1/blockchains/bitcoin/operations/{height}": {
    readonly parameters: { readonly at?: string | number; readonly limit?: number; readonly after?: number; readonly verdict?: "accepted" | "rejected" | "ignored" | "any"; readonly height: number };
    readonly answer: { readonly at: At; readonly result: { readonly operations: readonly Operation4[]; readonly next: number | null } };
  };
  /** what became of a transaction, and why */
  readonly "/v1/blockchains/bitcoin/transactions/{txid}": {
    readonly parameters: { readonly at?: string | number; readonly txid: string };
    readonly answer: { readonly at: At; readonly result: Operation4 };
  };
  /** the consensus hash of a block */
  readonly "/v1/blockchains/bitcoin/consensus/{height}": {
    readonly parameters: { readonly at?: string | number; readonly height: number };
    readonly answer: GetConsensusAt;
  };
  /** the height that a consensus hash sealed */
  readonly "/v1/blockchains/bitcoin/consensus-block/{consensusHash}": {
    readonly parameters: { readonly at?: string | number; readonly consensusHash: string };
    readonly answer: { readonly at: At; readonly result: { readonly height: number } };
  };
  /** the consensus hash of the height that is read */
  readonly "/v1/blockchains/bitcoin/consensus": {
    readonly parameters: { readonly at?: string | number };
    readonly answer: GetConsensusAt;
  };
  /** units that an address ever held */
  readonly "/v1/accounts/{address}/tokens": {
    readonly parameters: { readonly at?: string | number; readonly address: string };
    readonly answer: { readonly at: At; readonly result: { readonly tokens: readonly string[] } };
  };
  /** an account */
  readonly "/v1/accounts/{address}/{unit}/status": {
    readonly parameters: { readonly at?: string | number; readonly address: string; readonly unit?: string };
    readonly answer: { readonly at: At; readonly result: Account };
  };
  /** what an account holds; 0 for one that never was */
  readonly "/v1/accounts/{address}/{unit}/balance": {
    readonly parameters: { readonly at?: string | number; readonly address: string; readonly unit?: string };
    readonly answer: { readonly at: At; readonly result: { readonly balance: string } };
  };
  /** records of an account, newest first, 20 a page */
  readonly "/v1/accounts/{address}/history": {
    readonly parameters: { readonly at?: string | number; readonly unit?: string; readonly page?: number; readonly address: string };
    readonly answer: { readonly at: At; readonly result: { readonly history: readonly { readonly height: number; readonly until: number | null; readonly record: Account; readonly operations: readonly Operation4[] }[]; readonly page: number } };
  };
}
