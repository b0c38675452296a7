/** The names of the opcodes from 97 up, in order. Those below stand for numbers and pushes. */
const NAMES_FROM_97 = `NOP VER IF NOTIF VERIF VERNOTIF ELSE ENDIF VERIFY RETURN TOALTSTACK FROMALTSTACK 2DROP 2DUP 3DUP
 2OVER 2ROT 2SWAP IFDUP DEPTH DROP DUP NIP OVER PICK ROLL ROT SWAP TUCK CAT SUBSTR LEFT RIGHT SIZE INVERT AND OR XOR
 EQUAL EQUALVERIFY RESERVED1 RESERVED2 1ADD 1SUB 2MUL 2DIV NEGATE ABS NOT 0NOTEQUAL ADD SUB MUL DIV MOD LSHIFT RSHIFT
 BOOLAND BOOLOR NUMEQUAL NUMEQUALVERIFY NUMNOTEQUAL LESSTHAN GREATERTHAN LESSTHANOREQUAL GREATERTHANOREQUAL MIN MAX
 WITHIN RIPEMD160 SHA1 SHA256 HASH160 HASH256 CODESEPARATOR CHECKSIG CHECKSIGVERIFY CHECKMULTISIG CHECKMULTISIGVERIFY
 NOP1 NOP2 NOP3 NOP4 NOP5 NOP6 NOP7 NOP8 NOP9 NOP10`.split(/\s+/);

const NAME_OF: ReadonlyMap<number, string> = new Map([
  ...NAMES_FROM_97.map((name, index): [number, string] => [97 + index, `OP_${name}`]),
  [0xff, 'OP_INVALIDOPCODE'],
]);
const OPCODE_OF: ReadonlyMap<string, number> = new Map([...NAME_OF].map(([opcode, name]) => [name, opcode]));

/** `OP_` and the name; an opcode that never had one shows its number. */
export function opcodeName(opcode: number): string {
  return NAME_OF.get(opcode) ?? `OP_UNKNOWN_${opcode}`;
}

/** The opcode of that name, or null. */
export function opcodeNamed(name: string): number | null {
  return OPCODE_OF.get(name) ?? null;
}
