import { MULTISIG_KEYS_MAX, OPCODES_MAX, SIGNATURE_WEIGHT } from '../limits.ts';
import { isStandard, needItems, peek, peekNumber, pop, popNumber, type Run } from './run.ts';
import { must } from './script-failed.ts';
import { writeNumber } from './script-number.ts';
import { checkEcdsa, checkSchnorr, codeWithout, type EcdsaGround } from './signatures.ts';

/** OP_CHECKSIG, which leaves whether the signature is right. */
export function checkSig(run: Run): void {
  needItems(run, 2);
  const [signature, publicKey] = [peek(run, 2), peek(run, 1)];
  const isRight = isSigned(run, signature, publicKey);
  run.stack.length -= 2;
  run.stack.push(writeNumber(Number(isRight)));
}

/** OP_CHECKSIGADD of tapscript: counts the right signatures. */
export function checkSigAdd(run: Run): void {
  must(run.version === 'tapscript', 'badOpcode');
  needItems(run, 3);
  const [signature, count, publicKey] = [peek(run, 3), peekNumber(run, 2), peek(run, 1)];
  const isRight = isSigned(run, signature, publicKey);
  run.stack.length -= 3;
  run.stack.push(writeNumber(count + Number(isRight)));
}

function isSigned(run: Run, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (run.version === 'tapscript') return isSignedInTapscript(run, signature, publicKey);
  const ground = groundOf(run);
  const code = codeWithout(run.script.subarray(run.codeStart), [signature], ground);
  const isRight = checkEcdsa(ground, code, signature, publicKey);
  if (isStandard(run)) must(isRight || signature.length === 0, 'nullFail');
  return isRight;
}

function groundOf({ spend, version }: Run): EcdsaGround {
  return { spend, version: version === 'legacy' ? 'legacy' : 'segwit' };
}

function isSignedInTapscript(run: Run, signature: Uint8Array, publicKey: Uint8Array): boolean {
  const { tapscript, spend, codeSeparatorAt } = run;
  if (tapscript === null) throw new TypeError('tapscript is run with its leaf');
  const isGiven = signature.length > 0;
  if (isGiven) {
    tapscript.weightLeft -= SIGNATURE_WEIGHT;
    must(tapscript.weightLeft >= 0, 'tapscriptWeight');
  }
  must(publicKey.length > 0, 'tapscriptEmptyPubkey');
  if (publicKey.length !== 32) must(!isStandard(run), 'upgradablePubkeyType');
  else if (isGiven) {
    const leaf = { hash: tapscript.leafHash, codeSeparatorAt };
    checkSchnorr(spend, { annex: tapscript.annex, leaf }, signature, publicKey);
  }
  return isGiven;
}

/** OP_CHECKMULTISIG: takes keys, signatures and one item more; each signature must fit a key, in order. */
export function checkMultisig(run: Run): void {
  must(run.version !== 'tapscript', 'tapscriptCheckMultisig');
  const keyCount = popNumber(run);
  must(keyCount >= 0 && keyCount <= MULTISIG_KEYS_MAX, 'pubkeyCount');
  run.opcodes += keyCount;
  must(run.opcodes <= OPCODES_MAX, 'opCount');
  needItems(run, keyCount + 1);
  const keys = Array.from({ length: keyCount }, () => pop(run));
  const signatureCount = popNumber(run);
  must(signatureCount >= 0 && signatureCount <= keyCount, 'sigCount');
  needItems(run, signatureCount + 1);
  const signatures = Array.from({ length: signatureCount }, () => pop(run));
  const isRight = areSigned(run, signatures, keys);
  if (isStandard(run)) must(isRight || signatures.every(({ length }) => length === 0), 'nullFail');
  must(pop(run).length === 0, 'nullDummy');
  run.stack.push(writeNumber(Number(isRight)));
}

/** Both come from the top of the stack: the last ones first. */
function areSigned(run: Run, signatures: readonly Uint8Array[], keys: readonly Uint8Array[]): boolean {
  const ground = groundOf(run);
  const code = codeWithout(run.script.subarray(run.codeStart), signatures, ground);
  let [signature, key] = [0, 0];
  while (signature < signatures.length) {
    if (signatures.length - signature > keys.length - key) return false;
    if (checkEcdsa(ground, code, signatures[signature] as Uint8Array, keys[key] as Uint8Array)) signature += 1;
    key += 1;
  }
  return true;
}
