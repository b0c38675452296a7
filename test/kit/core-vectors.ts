import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { hexToBytes, joinBytes, opcodeNamed, pushBytes, serializeTokens } from '@virtualchain/bitcoin';

/** Test data of Bitcoin Core, as it stands in `test/core-vectors`. */
export function coreVectors(name: string): readonly unknown[] {
  const file = join(import.meta.dirname, '../core-vectors', `${name}.json.gz`);
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as readonly unknown[];
}

/** A script as Core's test data writes it: numbers, 'text', 0x and raw hex, and opcodes without OP_. */
export function assembled(text: string): Uint8Array {
  return joinBytes(text.split(/\s+/).filter(Boolean).map(wordBytes));
}

/** Names that Core gave to what had none, or another. */
const RENAMED: Readonly<Record<string, string>> = { CHECKLOCKTIMEVERIFY: 'NOP2', CHECKSEQUENCEVERIFY: 'NOP3' };
const OP_RESERVED = 0x50;

function wordBytes(word: string): Uint8Array {
  if (/^-?\d+$/.test(word)) return numberBytes(Number(word));
  if (word.startsWith('0x')) return hexToBytes(word.slice(2).toLowerCase());
  if (word.startsWith("'")) return pushBytes(new TextEncoder().encode(word.slice(1, -1)));
  const name = word.replace(/^OP_/, '');
  if (name === 'RESERVED') return Uint8Array.of(OP_RESERVED);
  const opcode = opcodeNamed(`OP_${RENAMED[name] ?? name}`);
  if (opcode === null) throw new RangeError(`not a word of a script: ${word}`);
  return Uint8Array.of(opcode);
}

function numberBytes(value: number): Uint8Array {
  if (value === 0) return Uint8Array.of(0);
  if (value >= -1 && value <= 16) return serializeTokens([value]);
  const digits: number[] = [];
  for (let rest = Math.abs(value); rest > 0; rest = Math.floor(rest / 256)) digits.push(rest & 255);
  const sign = value < 0 ? 0x80 : 0;
  if ((digits.at(-1) as number) >= 0x80) digits.push(sign);
  else digits.push((digits.pop() as number) | sign);
  return pushBytes(Uint8Array.from(digits));
}
