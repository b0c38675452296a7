import {
  bytesToHex,
  classifyScript,
  encodeBase58Check,
  hexToBytes,
  type ScriptKind,
  satsOfText,
} from '@virtualchain/bitcoin';
import { type Ignored, ignored } from '@virtualchain/machine';
import type { OperationEvent } from '@virtualchain/protocol';
import type { BnsParameters } from './parameters.ts';
import { Remembered } from './rules/remembered.ts';
import { createSenderKeyReader } from './rules/sender-key.ts';

/** A script that can own, pay or be paid, and its address. */
export interface Party {
  /** Hex. */
  readonly script: string;
  readonly address: string;
}

export interface PaidOutput {
  readonly value: bigint;
  readonly kind: ScriptKind | null;
  /** The hash inside a p2pkh or p2sh script, hex. */
  readonly hash: string | null;
  /** Null when the script is neither p2pkh nor p2sh. */
  readonly party: Party | null;
}

/** What every operation has of its transaction. The principal is always input 0. */
export interface Sent {
  readonly height: number;
  readonly txid: string;
  readonly vtxindex: number;
  readonly sender: string;
  readonly address: string;
  readonly senderPubkey: string | null;
}

export interface BnsTransaction {
  readonly sent: Sent;
  readonly outputs: readonly PaidOutput[];
}

type Versions = BnsParameters['addressVersions'];

/** Reads the inputs and outputs of an operation. */
export type TransactionReader = (event: OperationEvent) => BnsTransaction | Ignored;

/** By the rules of spec §1. Every input has to spend p2pkh or p2sh, the mere fee payers too. */
export function createTransactionReader(versions: Versions): TransactionReader {
  const readScript = createScriptReader(versions);
  const senderKeyOf = createSenderKeyReader();
  return (event) => {
    const scripts = event.senders.map(({ scriptPubKey }) => readScript(scriptPubKey));
    const unsupported = scripts.findIndex(({ party }) => party === null);
    const [principal] = scripts;
    if (principal === undefined || principal.party === null || unsupported >= 0)
      return ignored('SENDER_UNSUPPORTED', `input ${Math.max(0, unsupported)} spends neither p2pkh nor p2sh`);
    return {
      sent: {
        height: event.height,
        txid: event.txid,
        vtxindex: event.transactionIndex,
        sender: principal.party.script,
        address: principal.party.address,
        senderPubkey: principal.kind === 'p2pkh' ? senderKeyOf(event, principal.hash) : null,
      },
      outputs: event.outputs.map(({ value, script }) => ({ value: satsOfText(value), ...readScript(script) })),
    };
  };
}

type ReadScript = Omit<PaidOutput, 'value'>;

/** Scripts that are remembered. Owners and payees come again and again, and an address takes two hashes. */
const scriptsKeptMax = 20_000;

function createScriptReader(versions: Versions): (script: string) => ReadScript {
  const known = new Remembered<ReadScript>(scriptsKeptMax);
  return (script) => {
    const found = known.get(script);
    if (found !== undefined) return found;
    const read = readScript(script, versions);
    if (read.party === null) return read; // of any length
    known.keep(script, read);
    return read;
  };
}

function readScript(script: string, versions: Versions): ReadScript {
  const bytes = hexToBytes(script);
  const kind = classifyScript(bytes);
  if (kind !== 'p2pkh' && kind !== 'p2sh') return { kind, hash: null, party: null };
  const hash = kind === 'p2pkh' ? bytes.subarray(3, 23) : bytes.subarray(2, 22);
  const address = encodeBase58Check(kind === 'p2pkh' ? versions.p2pkh : versions.p2sh, hash);
  return { kind, hash: bytesToHex(hash), party: { script, address } };
}

/** A script in hex that pays to the hash of another. */
export function isScriptHash(script: string): boolean {
  return classifyScript(hexToBytes(script)) === 'p2sh';
}

const OUTPUT_KINDS: readonly (ScriptKind | null)[] = ['nulldata', 'p2pkh', 'p2sh'];

/** The first `checked` outputs have to be of these kinds: p2sh in epoch 1 too (config.py:679). */
export function outputsProblem({ outputs }: BnsTransaction, checked: number): Ignored | null {
  const wrong = outputs.slice(0, checked).findIndex(({ kind }) => !OUTPUT_KINDS.includes(kind));
  if (wrong < 0) return null;
  return ignored('OUTPUT_UNSUPPORTED', `output ${wrong} is ${outputs[wrong]?.kind ?? 'of no known kind'}`);
}

/** The party that output `index` pays, or why there is none. */
export function paidAt(
  { outputs }: BnsTransaction,
  index: number,
  role: string,
): { readonly party: Party; readonly hash: string; readonly value: bigint } | Ignored {
  const output = outputs[index];
  if (output?.party == null || output.hash === null)
    return ignored('OUTPUT_MISSING', `output ${index}, the ${role}, pays neither p2pkh nor p2sh`);
  return { party: output.party, hash: output.hash, value: output.value };
}
