import { readFile, writeFile } from 'node:fs/promises';
import { type NetworkName, type PrivateKey, parsePrivateKey } from '@virtualchain/bitcoin';
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
import { QueryInvalid, wholeNumber } from './values.ts';

const KEYS = optional(text, { env: 'VCHAIN_KEY', about: 'keys, WIF or hex, separated by commas', secret: true });
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
  if (keyFile !== undefined) return decryptKeys(await readFile(keyFile, 'utf8'), password());
  const { keys } = readConfig({ keys: KEYS }, process.env);
  if (keys === undefined)
    throw new SettingMissing('no key: set VCHAIN_KEY to WIF or hex (several separated by commas), or give --key-file');
  return parseKeys(keys);
}

/** @throws QueryInvalid when the keys do not fit the kind of account. */
export function accountOf(
  { account, m }: KeyOptions,
  privateKeys: readonly PrivateKey[],
  network: NetworkName,
  kinds: readonly AccountKind[] = accountKinds,
): Account {
  const kind = kinds.find((one) => one === account);
  if (kind === undefined) throw new QueryInvalid(`--account ${JSON.stringify(account)}: one of ${kinds.join(', ')}`);
  try {
    return createAccount(kind, privateKeys, network, m === undefined ? privateKeys.length : wholeNumber('--m', m));
  } catch (error) {
    if (error instanceof RangeError) throw new QueryInvalid(error.message, { cause: error });
    throw error;
  }
}

/** Writes the keys of VCHAIN_KEY into a new encrypted file. */
export async function writeKeyFile(path: string): Promise<void> {
  const { keys } = readConfig({ keys: KEYS }, process.env);
  if (keys === undefined)
    throw new SettingMissing('VCHAIN_KEY is not set: it holds the keys to encrypt, WIF or hex, separated by commas');
  await writeFile(path, encryptKeys(parseKeys(keys), password()), { mode: 0o600, flag: 'wx' });
}

function parseKeys(keys: string): readonly PrivateKey[] {
  const parts = keys.split(',').map((part) => part.trim());
  for (const part of parts) rememberSecret(part);
  return parts.map(parsePrivateKey);
}

function password(): string {
  const { keyPassword } = readConfig({ keyPassword: PASSWORD }, process.env);
  if (keyPassword === undefined) throw new SettingMissing('VCHAIN_KEY_PASSWORD is not set: it opens the key file');
  return keyPassword;
}
