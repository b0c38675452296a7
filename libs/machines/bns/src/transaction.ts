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
import { senderKeyOf } from './rules/sender-key.ts';

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

/** Reads inputs and outputs by the rules of spec §1. Every input has to spend p2pkh or p2sh, the mere fee payers too. */
export function readTransaction(event: OperationEvent, versions: Versions): BnsTransaction | Ignored {
  const scripts = event.senders.map(({ scriptPubKey }) => hexToBytes(scriptPubKey));
  const unsupported = scripts.findIndex((script) => partyOf(script, versions) === null);
  const principal = scripts[0] === undefined ? null : partyOf(scripts[0], versions);
  if (principal === null || unsupported >= 0)
    return ignored('SENDER_UNSUPPORTED', `input ${Math.max(0, unsupported)} spends neither p2pkh nor p2sh`);
  return {
    sent: {
      height: event.height,
      txid: event.txid,
      vtxindex: event.transactionIndex,
      sender: principal.script,
      address: principal.address,
      senderPubkey: senderKeyOf(event, scripts[0] as Uint8Array),
    },
    outputs: event.outputs.map(({ value, script }) => paidOutput(satsOfText(value), hexToBytes(script), versions)),
  };
}

function paidOutput(value: bigint, script: Uint8Array, versions: Versions): PaidOutput {
  const kind = classifyScript(script);
  const hash = hashOf(script);
  return { value, kind, hash: hash === null ? null : bytesToHex(hash), party: partyOf(script, versions) };
}

/** A script in hex that pays to the hash of another. */
export function isScriptHash(script: string): boolean {
  return classifyScript(hexToBytes(script)) === 'p2sh';
}

function hashOf(script: Uint8Array): Uint8Array | null {
  const kind = classifyScript(script);
  if (kind === 'p2pkh') return script.subarray(3, 23);
  return kind === 'p2sh' ? script.subarray(2, 22) : null;
}

function partyOf(script: Uint8Array, versions: Versions): Party | null {
  const hash = hashOf(script);
  if (hash === null) return null;
  const version = classifyScript(script) === 'p2pkh' ? versions.p2pkh : versions.p2sh;
  return { script: bytesToHex(script), address: encodeBase58Check(version, hash) };
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
