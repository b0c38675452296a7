import { ExpectedError } from '@virtualchain/kernel';
import { concatBytes } from '../encoding/bytes.ts';
import { bytesToHex, hexToBytes, isHexBytes } from '../encoding/hex.ts';
import { opcodeName, opcodeNamed } from './opcode-names.ts';
import { type ScriptToken, scriptTokens } from './script.ts';
import { pushBytes } from './write-script.ts';

/** A script in words, as the original shows it: opcodes by name, small numbers as numbers, pushes as hex. */
export function scriptText(script: Uint8Array): string {
  return scriptTokens(script).map(tokenText).join(' ');
}

function tokenText(token: ScriptToken): string {
  if (token === null || token === 0) return 'OP_0';
  if (token instanceof Uint8Array) return bytesToHex(token);
  return token <= 16 ? String(token) : opcodeName(token);
}

/** Text that is no script, or could be several. */
export class ScriptTextInvalid extends ExpectedError {
  override readonly name = 'ScriptTextInvalid';
  readonly code = 'SCRIPT_TEXT_INVALID';
  readonly remedy = 'halt';
}

/**
 * A script from words: names of opcodes above 96, and hex for pushes. `OP_0` is refused, as by the original: it is shown
 * for two different opcodes.
 * @throws ScriptTextInvalid
 */
export function parseScriptText(text: string): Uint8Array {
  return concatBytes(...text.split(' ').map(wordBytes));
}

function wordBytes(word: string): Uint8Array {
  const opcode = opcodeNamed(word);
  if (opcode !== null) return Uint8Array.of(opcode);
  if (word === '' || !isHexBytes(word))
    throw new ScriptTextInvalid(`neither an opcode nor hex: ${JSON.stringify(word)}`);
  return pushBytes(hexToBytes(word));
}
