import {
  bytesToHex,
  classifyScript,
  encodeBase58Check,
  hash160,
  hexToBytes,
  type ScriptKind,
  scriptTokens,
} from '@virtualchain/bitcoin';
import { type Ignored, ignored } from '@virtualchain/machine';
import type { OperationEvent } from '@virtualchain/protocol';
import type { Epoch } from './epochs.ts';
import type { BnsParameters } from './parameters.ts';

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
      senderPubkey: publicKeyOf(event, scripts[0] as Uint8Array),
    },
    outputs: event.outputs.map(({ value, script }) => paidOutput(BigInt(value), hexToBytes(script), versions)),
  };
}

function paidOutput(value: bigint, script: Uint8Array, versions: Versions): PaidOutput {
  const kind = classifyScript(script);
  const hash = hashOf(script);
  return { value, kind, hash: hash === null ? null : bytesToHex(hash), party: partyOf(script, versions) };
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

/** The first key among all inputs that hashes to the principal's p2pkh script; none when it is p2sh. */
function publicKeyOf({ inputs }: OperationEvent, principal: Uint8Array): string | null {
  if (classifyScript(principal) !== 'p2pkh') return null;
  const wanted = bytesToHex(principal.subarray(3, 23));
  for (const { script } of inputs) {
    const tokens = scriptTokens(hexToBytes(script));
    const key = tokens[1];
    if (tokens.length !== 2 || !(key instanceof Uint8Array) || !isPublicKey(key)) continue;
    if (bytesToHex(hash160(key)) === wanted) return bytesToHex(key);
  }
  return null;
}

function isPublicKey(key: Uint8Array): boolean {
  const [prefix] = key;
  return (key.length === 33 && (prefix === 2 || prefix === 3)) || (key.length === 65 && prefix === 4);
}

/** The addresses among the first `checked` outputs have to be of a kind that the epoch takes. */
export function outputsProblem({ outputs }: BnsTransaction, checked: number, epoch: Epoch): Ignored | null {
  const allowed: readonly (ScriptKind | null)[] = epoch.takesScriptHash
    ? ['nulldata', 'p2pkh', 'p2sh']
    : ['nulldata', 'p2pkh'];
  const wrong = outputs.slice(0, checked).findIndex(({ kind }) => !allowed.includes(kind));
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
