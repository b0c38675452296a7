import { writeFile } from 'node:fs/promises';
import { type NetworkName, type PrivateKey, PrivateKeyInvalid, parsePrivateKey } from '@virtualchain/bitcoin';
import { ExpectedError, errorText } from '@virtualchain/kernel';
import { optional, type Parser, readConfig, rememberSecret, text } from '@virtualchain/process';
import {
  type Account,
  type AccountKind,
  accountKinds,
  createAccount,
  decryptKeys,
  encryptKeys,
} from '@virtualchain/wallet';
import { SettingMissing } from './connection.ts';
import { signersMax } from './limits.ts';
import { fileOf, QueryInvalid, wholeNumber } from './values.ts';

const KEYS = optional(text, { env: 'VCHAIN_KEY', about: 'keys, WIF or hex, separated by commas', secret: true });
/** A key that is none. It is not repeated, as it may be nearly one. */
class KeyUnreadable extends ExpectedError {
  override readonly name = 'KeyUnreadable';
  readonly code = 'PRIVATE_KEY_INVALID';
  readonly remedy = 'halt';
}

/** Any text opens a key file, blanks too. */
const anyText: Parser<string> = { rule: 'text', isQuotable: false, parse: (given) => given };
const PASSWORD = optional(anyText, { env: 'VCHAIN_KEY_PASSWORD', about: 'opens the key file', secret: true });

/** Which keys sign, and what account they make. */
export interface KeyOptions {
  readonly keyFile?: string;
  readonly account: string;
  readonly m?: string;
}

/** Keys come from an encrypted file, or from VCHAIN_KEY (WIF or hex, several separated by commas); never from a flag. */
export async function readKeys({ keyFile }: Pick<KeyOptions, 'keyFile'>): Promise<readonly PrivateKey[]> {
  if (keyFile !== undefined)
    return decryptKeys(await fileOf('--key-file', keyFile, 'one that vchain keys wrote'), password());
  const { keys } = readConfig({ keys: KEYS }, process.env);
  if (keys === undefined)
    throw new SettingMissing('no key: set VCHAIN_KEY to WIF or hex (several separated by commas), or give --key-file');
  return parseKeys(keys);
}

/** The account of keys, whatever the network will be. @throws QueryInvalid when they do not fit its kind. */
export function accountOf(
  { account, m }: KeyOptions,
  privateKeys: readonly PrivateKey[],
  kinds: readonly AccountKind[] = accountKinds,
): (network: NetworkName) => Account {
  const kind = kinds.find((one) => one === account);
  if (kind === undefined)
    throw new QueryInvalid(`--account ${JSON.stringify(account)}: is none; give one of ${kinds.join(', ')}`);
  const signing = m === undefined ? privateKeys.length : wholeNumber('--m', m, { min: 1, max: signersMax });
  const on = (network: NetworkName): Account => createAccount(kind, privateKeys, network, signing);
  try {
    on('regtest');
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new QueryInvalid(`${cause.message}; see --account, --m and the keys`, { cause });
  }
  return on;
}

/** Writes the keys of VCHAIN_KEY into a new encrypted file. */
export async function writeKeyFile(path: string): Promise<void> {
  const { keys } = readConfig({ keys: KEYS }, process.env);
  if (keys === undefined)
    throw new SettingMissing('VCHAIN_KEY is not set: it holds the keys to encrypt, WIF or hex, separated by commas');
  const text = encryptKeys(parseKeys(keys), password());
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new QueryInvalid(
      `file ${JSON.stringify(path)}: must be a new file that can be written (${errorText(cause)}); give another path`,
      { cause },
    );
  }
}

function parseKeys(keys: string): readonly PrivateKey[] {
  const parts = keys.split(',').map((part) => part.trim());
  for (const part of parts) rememberSecret(part);
  return parts.map((part, index) => {
    try {
      return parsePrivateKey(part);
    } catch (cause) {
      if (!(cause instanceof PrivateKeyInvalid)) throw cause;
      throw new KeyUnreadable(`VCHAIN_KEY, key ${index + 1} of ${parts.length}: ${cause.message}; give WIF or hex`, {
        cause,
      });
    }
  });
}

function password(): string {
  const { keyPassword } = readConfig({ keyPassword: PASSWORD }, process.env);
  if (keyPassword === undefined) throw new SettingMissing('VCHAIN_KEY_PASSWORD is not set: it opens the key file');
  return keyPassword;
}
