import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { type PrivateKey, parsePrivateKey, privateKeyHex } from '@virtualchain/bitcoin';
import { WalletRefused } from './errors.ts';

/** An encrypted key file: scrypt makes the key of AES-256-GCM out of a password. Nothing of it is ever logged. */
interface KeyFile {
  readonly format: 'vchain-keys 1';
  readonly salt: string;
  readonly nonce: string;
  readonly tag: string;
  readonly keys: string;
}

const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const KEY_BYTES = 32;

/** The text of a key file. */
export function encryptKeys(keys: readonly PrivateKey[], password: string): string {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', scryptSync(password, salt, KEY_BYTES, SCRYPT), nonce);
  const encrypted = Buffer.concat([cipher.update(keys.map(privateKeyHex).join('\n')), cipher.final()]);
  const file: KeyFile = {
    format: 'vchain-keys 1',
    salt: salt.toString('hex'),
    nonce: nonce.toString('hex'),
    tag: cipher.getAuthTag().toString('hex'),
    keys: encrypted.toString('hex'),
  };
  return `${JSON.stringify(file)}\n`;
}

/** @throws WalletRefused KEY_FILE_UNUSABLE for what is no key file, and for a wrong password. */
export function decryptKeys(text: string, password: string): readonly PrivateKey[] {
  const file = readKeyFile(text);
  try {
    const key = scryptSync(password, Buffer.from(file.salt, 'hex'), KEY_BYTES, SCRYPT);
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(file.nonce, 'hex'));
    decipher.setAuthTag(Buffer.from(file.tag, 'hex'));
    const keys = Buffer.concat([decipher.update(Buffer.from(file.keys, 'hex')), decipher.final()]).toString();
    return keys.split('\n').map(parsePrivateKey);
  } catch {
    throw new WalletRefused('KEY_FILE_UNUSABLE', 'the key file does not open with this password');
  }
}

function readKeyFile(text: string): KeyFile {
  try {
    const file = JSON.parse(text) as KeyFile;
    if (
      file.format === 'vchain-keys 1' &&
      [file.salt, file.nonce, file.tag, file.keys].every((part) => typeof part === 'string')
    )
      return file;
  } catch {
    // said below
  }
  throw new WalletRefused('KEY_FILE_UNUSABLE', 'this is no key file of vchain; make one: vchain keys');
}
