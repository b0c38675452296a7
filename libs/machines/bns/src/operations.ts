import { bytesToHex } from '@virtualchain/bitcoin';
import { type Ignored, ignored, type Verdict } from '@virtualchain/machine';
import type { OperationRules, PayloadCodec } from './operation.ts';
import { type Announce, announce } from './operations/announce.ts';
import { type NameImport, nameImport } from './operations/name/name-import.ts';
import { type NamePreorder, namePreorder } from './operations/name/name-preorder.ts';
import { type NameRegistration, nameRegistration } from './operations/name/name-registration.ts';
import { type NameRenewal, nameRenewal } from './operations/name/name-renewal.ts';
import { type NameRevoke, nameRevoke } from './operations/name/name-revoke.ts';
import { type NameTransfer, nameTransfer } from './operations/name/name-transfer.ts';
import { type NameUpdate, nameUpdate } from './operations/name/name-update.ts';
import { type NamespacePreorder, namespacePreorder } from './operations/namespace/namespace-preorder.ts';
import { type NamespaceReady, namespaceReady } from './operations/namespace/namespace-ready.ts';
import { type NamespaceReveal, namespaceReveal } from './operations/namespace/namespace-reveal.ts';
import { type TokenTransfer, tokenTransfer } from './operations/token-transfer.ts';
import type { Epoch } from './rules/epochs.ts';
import type { DecidingBlock } from './rules/rules.ts';
import type { BnsTransaction } from './transaction.ts';
import { OPCODES } from './wire/opcodes.ts';

/** An operation that parses. */
export type BnsOperation =
  | NamespacePreorder
  | NamespaceReveal
  | NamespaceReady
  | NameImport
  | NamePreorder
  | NameRegistration
  | NameRenewal
  | NameUpdate
  | NameTransfer
  | NameRevoke
  | Announce
  | TokenTransfer;

type RulesByKind = { readonly [Kind in BnsOperation['kind']]: OperationRules<Extract<BnsOperation, { kind: Kind }>> };

const RULES: RulesByKind = {
  namespace_preorder: namespacePreorder,
  namespace_reveal: namespaceReveal,
  namespace_ready: namespaceReady,
  name_import: nameImport,
  name_preorder: namePreorder,
  name_registration: nameRegistration,
  name_renewal: nameRenewal,
  name_update: nameUpdate,
  name_transfer: nameTransfer,
  name_revoke: nameRevoke,
  announce,
  token_transfer: tokenTransfer,
};

/** How the payload behind each opcode reads, and its name. */
export const CODECS: ReadonlyMap<number, PayloadCodec & { readonly name: string }> = new Map([
  [OPCODES.namespacePreorder, namespacePreorder],
  [OPCODES.namespaceReveal, namespaceReveal],
  [OPCODES.namespaceReady, namespaceReady],
  [OPCODES.nameImport, nameImport],
  [OPCODES.namePreorder, namePreorder],
  [OPCODES.nameRegistration, nameRegistration],
  [OPCODES.nameUpdate, nameUpdate],
  [OPCODES.nameTransfer, nameTransfer],
  [OPCODES.nameRevoke, nameRevoke],
  [OPCODES.announce, announce],
  [OPCODES.tokenTransfer, tokenTransfer],
] as [number, PayloadCodec & { readonly name: string }][]);

/** With so many outputs a registration is a renewal. */
const renewalOutputsMin = 4;

export function parseOperation(
  opcode: number,
  payload: Uint8Array,
  transaction: BnsTransaction,
  epoch: Epoch,
): BnsOperation | Ignored {
  const name = CODECS.get(opcode)?.name;
  if (name === undefined)
    return ignored('OPCODE_UNKNOWN', `0x${bytesToHex(Uint8Array.of(opcode))} is none of * & ! ; ? : + > ~ # $`);
  const isRenewal = name === 'name_registration' && transaction.outputs.length >= renewalOutputsMin;
  const kind = (isRenewal ? 'name_renewal' : name) as BnsOperation['kind'];
  return RULES[kind].parse(payload, transaction, epoch);
}

export function decideOperation(op: BnsOperation, block: DecidingBlock): Promise<Verdict> {
  const { decide } = RULES[op.kind] as OperationRules<BnsOperation>;
  return decide(op, block);
}
