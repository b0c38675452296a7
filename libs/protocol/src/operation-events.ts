import {
  type Block,
  bytesToHex,
  type Height,
  merklePathTexts,
  type NetworkName,
  NULL_TXID,
  sats,
  satsText,
  scriptAddresses,
  senderScriptType,
  type TransactionInput,
  type TransactionOutput,
  type Txid,
} from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import type { OperationEvent, Sender, Unplaced } from './events.ts';
import type { ScannedTransaction } from './scan-block.ts';
import { scriptsWithin, senderScriptBytesMax } from './sender-scripts.ts';
import type { PayloadContext, VirtualChain } from './virtual-chain.ts';

/** Finds the outputs of a funding transaction by its txid: the transaction, or those of its outputs that are spent. */
export type FundingLookup = (
  txid: Txid,
) => { readonly outputs: Readonly<Record<number, TransactionOutput>> } | undefined;

/** A funding output that a sender needs is not known. Asking the node again may bring it, or a new branch. */
export class FundingUnknown extends ExpectedError {
  override readonly name = 'FundingUnknown';
  readonly code = 'FUNDING_UNKNOWN';
  readonly remedy = 'retry';
  readonly txid: Txid;
  readonly index: number;

  constructor(txid: Txid, index: number) {
    super(`funding output ${txid}:${index} is not known`);
    this.txid = txid;
    this.index = index;
  }
}

/** The transactions whose outputs the senders are, each once; a coinbase has none, nor has a chain without senders. */
export function fundingTxids(
  scanned: readonly ScannedTransaction[],
  chain?: Pick<VirtualChain, 'isWithoutSenders'>,
): readonly Txid[] {
  if (chain?.isWithoutSenders) return [];
  const txids = new Set<Txid>();
  for (const { transaction } of scanned) for (const { txid } of transaction.inputs) txids.add(txid);
  txids.delete(NULL_TXID);
  return [...txids];
}

/**
 * The operations of one block as events that the log has yet to place, in the order of the block. `scanned` are the
 * transactions that `scanBlock` found for `chain`.
 * @throws FundingUnknown when `funding` lacks an output of `fundingTxids(scanned, chain)`.
 */
export function operationEvents(
  { chain, network }: { readonly chain: VirtualChain; readonly network: NetworkName },
  at: { readonly block: Pick<Block, 'hash' | 'tree'>; readonly height: Height },
  scanned: readonly ScannedTransaction[],
  funding: FundingLookup,
): readonly Unplaced<OperationEvent>[] {
  const merklePaths = merklePathTexts(
    at.block.tree,
    scanned.map(({ transactionIndex }) => transactionIndex),
  );
  const { isWithoutSenders = false } = chain;
  const hasWitnesses = chain.hasWitnesses?.(at.height) ?? false;
  const spent = scanned.map(({ transaction }) =>
    isWithoutSenders ? [] : transaction.inputs.map((input) => fundingOutput(input, funding)),
  );
  const addresses = scriptAddresses(
    spent.flatMap((outputs) => outputs.map(({ script }) => script)),
    network,
  ).values();
  return scanned.map(({ transaction, transactionIndex, opcode, payload }, position) => {
    const fundingOutputs = spent[position] as readonly TransactionOutput[];
    const scripts = scriptsWithin(
      fundingOutputs.map(({ script }) => script),
      senderScriptBytesMax(transaction.strippedLength),
    );
    return {
      type: 'operation',
      height: at.height,
      blockHash: at.block.hash,
      position,
      txid: transaction.txid,
      transactionIndex,
      version: transaction.version,
      locktime: transaction.locktime,
      opcode: opcode === null ? null : bytesToHex(Uint8Array.of(opcode)),
      ...described(chain, { opcode, payload }, { height: at.height, network, outputs: transaction.outputs }),
      ...(scripts === null && { cut: 'senders.scriptPubKey' as const }),
      ...(isWithoutSenders && { isWithoutSenders }),
      senders: fundingOutputs.map((output, index) =>
        sender(transaction.inputs[index] as TransactionInput, output, {
          scriptPubKey: scripts?.[index] ?? '',
          address: addresses.next().value ?? null,
        }),
      ),
      inputs: transaction.inputs.map(({ txid, index, script, sequence, witness }) => ({
        txid,
        index,
        script: bytesToHex(script),
        sequence,
        ...(hasWitnesses && witness.length > 0 && { witness: witness.map(bytesToHex) }),
      })),
      outputs: transaction.outputs.map(({ value, script }) => ({ value: satsText(value), script: bytesToHex(script) })),
      fee: satsText(isWithoutSenders ? sats(0n) : sum(fundingOutputs) - sum(transaction.outputs)),
      merklePath: merklePaths[position] as string,
    };
  });
}

const COINBASE_STUB: TransactionOutput = { value: sats(0n), script: new Uint8Array(0) };

function fundingOutput({ txid, index }: TransactionInput, funding: FundingLookup): TransactionOutput {
  if (txid === NULL_TXID) return COINBASE_STUB;
  const output = funding(txid)?.outputs[index];
  if (output === undefined) throw new FundingUnknown(txid, index);
  return output;
}

function sender(
  { txid, index }: TransactionInput,
  { value, script }: TransactionOutput,
  { scriptPubKey, address }: { readonly scriptPubKey: string; readonly address: string | null },
): Sender {
  return {
    value: satsText(value),
    scriptPubKey,
    scriptType: senderScriptType(script),
    addresses: address === null ? [] : [address],
    txid,
    index,
  };
}

function sum(outputs: readonly TransactionOutput[]): bigint {
  return outputs.reduce((total, { value }) => total + value, 0n);
}

/** What a codec may add to an event, in bytes of JSON, and a problem in characters: beside the transaction, not by it. */
const decodedBytesMax = 3 * 1024 * 1024;
const problemCharactersMax = 1_000;

/** What subscribers are told of a payload. Machines do not read it. */
function described(
  chain: VirtualChain,
  { opcode, payload }: Pick<ScannedTransaction, 'opcode' | 'payload'>,
  context: PayloadContext,
): Pick<OperationEvent, 'name' | 'payload' | 'decoded' | 'problem'> {
  const nameless = { name: null, payload: bytesToHex(payload), decoded: null };
  if (chain.operations.size === 0) return nameless;
  const unknown = (problem: string) => ({
    ...nameless,
    problem: problem.slice(0, problemCharactersMax).toWellFormed(),
  });
  if (opcode === null) return unknown('nothing follows the magic bytes');
  const codec = chain.operations.get(opcode);
  if (codec === undefined) return unknown('unknown opcode');
  const decoded = codec.decode(payload, context);
  if (decoded.kind === 'problem') return unknown(`${codec.name}: ${decoded.problem}`);
  // Up to three bytes a character: only what may be too large is measured exactly.
  const text = JSON.stringify(decoded.value) ?? '';
  if (text.length * 3 > decodedBytesMax && utf8.encode(text).length > decodedBytesMax) {
    return unknown(`${codec.name}: decoded, it takes more than ${decodedBytesMax} bytes`);
  }
  return { name: codec.name, payload: bytesToHex(payload), decoded: decoded.value };
}

const utf8 = new TextEncoder();
