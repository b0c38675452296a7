import {
  type BlockHash,
  bytesToHex,
  type Height,
  hexToBytes,
  nulldataPayload,
  parseTransaction,
  satsText,
  scriptAddress,
  senderScriptType,
  startsWith,
  type Txid,
} from '@virtualchain/bitcoin';
import { bnsChain, bnsMachine } from '@virtualchain/machine-bns';
import type { MachineInstance } from '@virtualchain/projection';
import type { OperationEvent, Unplaced } from '@virtualchain/protocol';
import { snapshotsOf } from '../chains/echo-machine.ts';

/** A transaction as the BNS files give it: raw, with the scripts that its inputs spend. */
export interface BnsTransactionVector {
  readonly rawtx: string;
  readonly txid: string;
  readonly vtxindex: number;
  /** Of input 0, and of every input when `input_scripts_hex` is absent. */
  readonly sender_script_hex: string;
  readonly input_scripts_hex?: readonly string[];
  readonly accepted: boolean;
  readonly serialized_for_consensus: string | null;
}

/** What a file says of a chain beside its blocks. */
export interface BnsHead {
  readonly first_block: number;
  readonly initial_snapshots: Readonly<Record<string, string>>;
  readonly genesis_accounts: readonly BnsGenesisAccount[];
  readonly params: {
    readonly [name: string]: number | readonly number[] | undefined;
    readonly epoch?: number;
    /** Last blocks of the epochs 1 to 5, in place of one `epoch` for every height. */
    readonly epoch_ends?: readonly number[];
  };
}

interface BnsGenesisAccount {
  readonly address: string;
  readonly type: string;
  readonly value: number | string;
  readonly lock_send: number;
  readonly receive_whitelisted: boolean;
  readonly metadata: string;
  readonly vesting: Readonly<Record<string, number | string>>;
}

const epochs = 6;

/** Our chain and machine with the parameters of a file: its epoch holds at every height, or its epochs where they end. */
export function bnsInstance(head: BnsHead): MachineInstance {
  const { params } = head;
  const chain = bnsChain({ firstBlock: head.first_block });
  const parameters = {
    ...given('gracePeriod', params['grace_period']),
    ...given('preorderExpiry', params['preorder_expire']),
    ...given('revealWindow', params['namespace_reveal_expire']),
    ...given('receiveFees', params['receive_fees_period']),
    ...given('importKeys', params['name_import_keyring']),
    ...given('epochEnds', params.epoch_ends ?? (params.epoch === undefined ? undefined : onlyEpoch(params.epoch))),
    genesisAccounts: head.genesis_accounts.map((account) => ({
      address: account.address,
      unit: account.type,
      value: String(account.value),
      lock: account.lock_send,
      receiveWhitelisted: account.receive_whitelisted,
      metadata: account.metadata,
      vesting: Object.fromEntries(Object.entries(account.vesting).map(([height, due]) => [height, String(due)])),
    })),
  };
  const machine = { ...bnsMachine(parameters, chain), initialSnapshots: snapshotsOf(head.initial_snapshots) };
  return { chain, machine, network: 'mainnet', parameters };
}

function given(name: string, value: unknown): Readonly<Record<string, unknown>> {
  return value === undefined ? {} : { [name]: value };
}

function onlyEpoch(epoch: number): readonly number[] {
  return Array.from({ length: epochs - 1 }, (_, index) => (index + 1 < epoch ? 0 : Number.MAX_SAFE_INTEGER));
}

const MAGIC = new TextEncoder().encode('id');

/** The operation in a transaction, as the ingester would find it; null when there is none. Sender values are 0. */
export function bnsOperation(
  { rawtx, txid, vtxindex, sender_script_hex, input_scripts_hex }: BnsTransactionVector,
  at: { readonly height: Height; readonly blockHash: BlockHash; readonly position: number },
): Unplaced<OperationEvent> | null {
  const transaction = parseTransaction(hexToBytes(rawtx));
  const data = nulldataPayload(transaction.outputs);
  if (data === null || !startsWith(data, MAGIC)) return null;
  const opcode = data[MAGIC.length];
  return {
    type: 'operation',
    ...at,
    txid: txid as Txid,
    transactionIndex: vtxindex,
    version: transaction.version,
    locktime: transaction.locktime,
    opcode: opcode === undefined ? null : bytesToHex(Uint8Array.of(opcode)),
    name: null,
    payload: bytesToHex(data.subarray(MAGIC.length + 1)),
    decoded: null,
    senders: transaction.inputs.map((input, index) => {
      const scriptPubKey = input_scripts_hex?.[index] ?? sender_script_hex;
      const script = hexToBytes(scriptPubKey);
      const address = scriptAddress(script, 'mainnet');
      return {
        value: satsText(0n),
        scriptPubKey,
        scriptType: senderScriptType(script),
        addresses: address === null ? [] : [address],
        txid: input.txid,
        index: input.index,
      };
    }),
    inputs: transaction.inputs.map((input) => ({
      txid: input.txid,
      index: input.index,
      script: bytesToHex(input.script),
      sequence: input.sequence,
    })),
    outputs: transaction.outputs.map(({ value, script }) => ({ value: satsText(value), script: bytesToHex(script) })),
    fee: satsText(0n),
    merklePath: '',
  };
}
