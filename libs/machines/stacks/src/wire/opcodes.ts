/** The byte behind the magic, by the operation that it means. */
export const OPCODES = {
  leader_key_register: 0x5e,
  leader_block_commit: 0x5b,
  pre_stx: 0x70,
  stack_stx: 0x78,
  transfer_stx: 0x24,
  delegate_stx: 0x23,
  vote_for_aggregate_key: 0x76,
} as const;

/** What an operation is called. */
export type OperationKind = keyof typeof OPCODES;

/** Support of a miner by somebody else, `user_burn_support`: accepted once, and always refused since. */
export const RETIRED_OPCODE = 0x5f;

const KINDS = new Map<number, OperationKind>(
  Object.entries(OPCODES).map(([kind, opcode]) => [opcode, kind as OperationKind]),
);

/** Null for an opcode that no operation has. */
export function kindOfOpcode(opcode: number): OperationKind | null {
  return KINDS.get(opcode) ?? null;
}
