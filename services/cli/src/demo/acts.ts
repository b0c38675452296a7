import { bytesToHex, hash160, hexToBytes, p2pkhScript, type Sats, type TransactionOutput } from '@virtualchain/bitcoin';
import type { Verdict } from '@virtualchain/machine';
import {
  hash128,
  nameConsensusHash,
  nameImportPayload,
  namePreorderPayload,
  nameRevokePayload,
  namespacePreorderPayload,
  namespaceReadyPayload,
  namespaceRevealPayload,
  nameTransferPayload,
  nameUpdatePayload,
  OPCODES,
  preorderHash,
  registrationPayload,
  STACKS,
  tokenTransferPayload,
} from '@virtualchain/machine-bns';

export const PEOPLE = ['alice', 'bob', 'carol', 'dave'] as const;

export type Person = (typeof PEOPLE)[number];

/** What an operation says, and the outputs that stand behind its payload. */
export interface Draft {
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly outputs: readonly TransactionOutput[];
  /** Where the change stands when not last: some operations count their outputs. */
  readonly changeAt?: number;
}

/** What somebody has to know to write an operation. */
export interface Knowledge {
  /** Hex. */
  scriptOf(person: Person): string;
  addressOf(person: Person): string;
  /** A recent consensus hash: by naming it, an operation is valid only on the history that has it. */
  readonly consensusHash: string;
  /** The consensus hash of the branch that the reorganisation retracted; null while nobody knows of one. */
  readonly retractedHash: string | null;
}

/** One operation of the script, and what the rules answer. */
export interface Act {
  readonly by: Person;
  /** For the screen. */
  readonly says: string;
  readonly verdict: Verdict['kind'];
  /** Why it is rejected or ignored. */
  readonly code: string | null;
  /** The text that a name is made to stand for. */
  readonly value?: string;
  draft(known: Knowledge): Draft;
}

/** The same act, where the rules say no. */
export const rejected = (code: string, act: Act): Act => ({ ...act, verdict: 'rejected', code });

/** The same act, where nothing reads as an operation. */
export const ignored = (code: string, act: Act): Act => ({ ...act, verdict: 'ignored', code });

/** More than nodes call dust. */
const SMALL = 1_000n;
/** Satoshis: more than a name of three characters, 10,240, and four, 2,560, cost in the namespace below. */
const ENOUGH = 11_000n;
const BURN = p2pkhScript(new Uint8Array(20));
const MICRO = 1_000_000n;

function act(by: Person, says: string, draft: Act['draft']): Act {
  return { by, says: `${by} ${says}`, verdict: 'accepted', code: null, draft };
}

function pays(script: Uint8Array | string, value = SMALL): TransactionOutput {
  return { value: value as Sats, script: typeof script === 'string' ? hexToBytes(script) : script };
}

/** What a name stands for: the hash of a zone file, which the chain never sees. */
export function valueHashOf(text: string): string {
  return bytesToHex(hash160(new TextEncoder().encode(text)));
}

/** Burns what four to seven characters cost, for a hash of the namespace. */
export const orderNamespace = (by: Person, id: string): Act =>
  act(by, `preorders the namespace .${id} for 6,400 STACKS`, ({ scriptOf, addressOf, consensusHash }) => ({
    opcode: OPCODES.namespacePreorder,
    payload: namespacePreorderPayload({
      preorderHash: preorderHash(id, scriptOf(by), addressOf(by)),
      consensusHash,
      tokens: 6_400n * MICRO,
    }),
    outputs: [pays(scriptOf(by)), pays(BURN)],
  }));

/** Shows the namespace, what its names cost and how long they live: twice the lifetime, about two years. */
export const revealNamespace = (by: Person, id: string): Act =>
  act(by, `reveals .${id} and its prices`, ({ scriptOf }) => ({
    opcode: OPCODES.namespaceReveal,
    payload: namespaceRevealPayload({
      namespaceId: id,
      lifetime: 52_595,
      coeff: 4,
      base: 4,
      buckets: [6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      nonAlphaDiscount: 1,
      noVowelDiscount: 1,
      version: 1,
    }),
    outputs: [pays(scriptOf(by))],
  }));

export const launchNamespace = (by: Person, id: string): Act =>
  act(by, `launches .${id}`, () => ({
    opcode: OPCODES.namespaceReady,
    payload: namespaceReadyPayload({ namespaceId: id }),
    outputs: [],
  }));

/** Before the launch the revealer gives names away; output 2 is no payment, its hash is the value. */
export const importName = (by: Person, name: string, to: Person, value: string): Act => ({
  ...act(by, `imports ${name} for ${to}`, ({ scriptOf }) => ({
    opcode: OPCODES.nameImport,
    payload: nameImportPayload({ name }),
    outputs: [pays(scriptOf(to)), pays(p2pkhScript(hexToBytes(valueHashOf(value))))],
  })),
  value,
});

interface Paid {
  readonly satoshis?: bigint;
  /** STACKS, which are paid instead of satoshis. */
  readonly tokens?: bigint;
  readonly isOnRetracted?: boolean;
}

export const preorder = (by: Person, name: string, { satoshis = ENOUGH, tokens, isOnRetracted }: Paid = {}): Act => {
  const price = tokens === undefined ? `${satoshis.toLocaleString('en')} satoshis` : `${tokens} STACKS`;
  const on = isOnRetracted ? ', naming a block that is gone' : '';
  return act(by, `preorders ${name} for ${price}${on}`, ({ scriptOf, addressOf, consensusHash, retractedHash }) => ({
    opcode: OPCODES.namePreorder,
    payload: namePreorderPayload({
      preorderHash: preorderHash(name, scriptOf(by), addressOf(by)),
      consensusHash: isOnRetracted ? (retractedHash ?? consensusHash) : consensusHash,
      tokens: tokens === undefined ? null : { amount: tokens * MICRO, unit: STACKS },
    }),
    outputs: [pays(BURN, satoshis)],
    changeAt: 1,
  }));
};

export const register = (by: Person, name: string): Act =>
  act(by, `registers ${name}`, ({ scriptOf }) => ({
    opcode: OPCODES.nameRegistration,
    payload: registrationPayload({ name, valueHash: null, tokens: null }),
    outputs: [pays(scriptOf(by))],
  }));

/** The fourth output is what tells it from a registration. */
export const renew = (by: Person, name: string): Act =>
  act(by, `renews ${name}`, ({ scriptOf }) => ({
    opcode: OPCODES.nameRegistration,
    payload: registrationPayload({ name, valueHash: null, tokens: null }),
    outputs: [pays(scriptOf(by)), pays(scriptOf(by)), pays(BURN, ENOUGH)],
  }));

export const update = (by: Person, name: string, value: string): Act => ({
  ...act(by, `updates ${name} to "${value}"`, ({ consensusHash }) => ({
    opcode: OPCODES.nameUpdate,
    payload: nameUpdatePayload({
      nameConsensusHash: nameConsensusHash(name, consensusHash),
      valueHash: valueHashOf(value),
    }),
    outputs: [],
  })),
  value,
});

export const transfer = (by: Person, name: string, to: Person): Act =>
  act(by, `transfers ${name} to ${to}`, ({ scriptOf, consensusHash }) => ({
    opcode: OPCODES.nameTransfer,
    payload: nameTransferPayload({ keepsValue: true, nameHash: hash128(name), consensusHash }),
    outputs: [pays(scriptOf(to))],
  }));

export const revoke = (by: Person, name: string): Act =>
  act(by, `revokes ${name}`, () => ({
    opcode: OPCODES.nameRevoke,
    payload: nameRevokePayload({ name }),
    outputs: [],
  }));

export const sendTokens = (by: Person, to: Person, amount: bigint): Act =>
  act(by, `sends ${to} ${amount} STACKS`, ({ scriptOf, consensusHash }) => ({
    opcode: OPCODES.tokenTransfer,
    payload: tokenTransferPayload({ consensusHash, unit: STACKS, amount: amount * MICRO, scratch: '' }),
    outputs: [pays(scriptOf(to))],
  }));
