/** Why a script does not let an input spend its output, in Bitcoin Core's words. */
export const REASONS = {
  evalFalse: 'Script evaluated without error but finished with a false/empty top stack element',
  verify: 'Script failed an OP_VERIFY operation',
  equalVerify: 'Script failed an OP_EQUALVERIFY operation',
  checkMultisigVerify: 'Script failed an OP_CHECKMULTISIGVERIFY operation',
  checkSigVerify: 'Script failed an OP_CHECKSIGVERIFY operation',
  numEqualVerify: 'Script failed an OP_NUMEQUALVERIFY operation',
  scriptSize: 'Script is too big',
  pushSize: 'Push value size limit exceeded',
  opCount: 'Operation limit exceeded',
  stackSize: 'Stack size limit exceeded',
  sigCount: 'Signature count negative or greater than pubkey count',
  pubkeyCount: 'Pubkey count negative or limit exceeded',
  badOpcode: 'Opcode missing or not understood',
  disabledOpcode: 'Attempted to use a disabled opcode',
  stackOperation: 'Operation not valid with the current stack size',
  altStackOperation: 'Operation not valid with the current altstack size',
  opReturn: 'OP_RETURN was encountered',
  unbalancedConditional: 'Invalid OP_IF construction',
  negativeLocktime: 'Negative locktime',
  unsatisfiedLocktime: 'Locktime requirement not satisfied',
  scriptNumber: 'Script number overflowed or is non-minimally encoded',
  sigHashType: 'Signature hash type missing or not understood',
  sigDer: 'Non-canonical DER signature',
  minimalData: 'Data push larger than necessary',
  sigPushOnly: 'Only push operators allowed in signatures',
  sigHighS: 'Non-canonical signature: S value is unnecessarily high',
  nullDummy: 'Dummy CHECKMULTISIG argument must be zero',
  minimalIf: 'OP_IF/NOTIF argument must be minimal',
  nullFail: 'Signature must be zero for failed CHECK(MULTI)SIG operation',
  upgradableNops: 'NOPx reserved for soft-fork upgrades',
  upgradableWitnessProgram: 'Witness version reserved for soft-fork upgrades',
  upgradableTaprootVersion: 'Taproot version reserved for soft-fork upgrades',
  opSuccess: 'OP_SUCCESSx reserved for soft-fork upgrades',
  upgradablePubkeyType: 'Public key version reserved for soft-fork upgrades',
  pubkeyType: 'Public key is neither compressed or uncompressed',
  cleanStack: 'Stack size must be exactly one after execution',
  programWrongLength: 'Witness program has incorrect length',
  programWitnessEmpty: 'Witness program was passed an empty witness',
  programMismatch: 'Witness program hash mismatch',
  witnessMalleated: 'Witness requires empty scriptSig',
  witnessMalleatedP2sh: 'Witness requires only-redeemscript scriptSig',
  witnessUnexpected: 'Witness provided for non-witness script',
  witnessPubkeyType: 'Using non-compressed keys in segwit',
  schnorrSigSize: 'Invalid Schnorr signature size',
  schnorrSigHashType: 'Invalid Schnorr signature hash type',
  schnorrSig: 'Invalid Schnorr signature',
  taprootControlSize: 'Invalid Taproot control block size',
  tapscriptWeight: 'Too much signature validation relative to witness weight',
  tapscriptCheckMultisig: 'OP_CHECKMULTISIG(VERIFY) is not available in tapscript',
  tapscriptMinimalIf: 'OP_IF/NOTIF argument must be minimal in tapscript',
  tapscriptEmptyPubkey: 'Empty public key in tapscript',
  codeSeparator: 'Using OP_CODESEPARATOR in non-witness script',
  findAndDelete: 'Signature is found in scriptCode',
} as const;

export type Reason = keyof typeof REASONS;

/** Ends the run of a script. Caught where an input is verified, and never seen outside. */
export class ScriptFailed extends Error {
  override readonly name = 'ScriptFailed';
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(REASONS[reason]);
    this.reason = reason;
  }
}

/** @throws ScriptFailed unless the condition holds. */
export function must(holds: boolean, otherwise: Reason): asserts holds {
  if (!holds) throw new ScriptFailed(otherwise);
}
