import { readFile, writeFile } from 'node:fs/promises';
import { type NetworkName, type PrivateKey, parsePrivateKey } from '@virtualchain/bitcoin';
import { ConfigInvalid, readVariable, rememberSecret } from '@virtualchain/process';
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

/** Which keys sign, and what account they make. */
export interface KeyOptions {
  readonly keyFile?: string;
  readonly account: string;
  readonly m?: string;
}

/** Keys come from an encrypted file, or from VCHAIN_KEY (WIF or hex, several separated by commas); never from a flag. */
export async function keysOf({ keyFile }: Pick<KeyOptions, 'keyFile'>): Promise<readonly PrivateKey[]> {
  if (keyFile !== undefined) return decryptKeys(await readFile(keyFile, 'utf8'), password());
  const text = variable('VCHAIN_KEY');
  if (text === undefined)
    throw new SettingMissing('no key: set VCHAIN_KEY to WIF or hex (several separated by commas), or give --key-file');
  return parseKeys(text);
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
  const text = variable('VCHAIN_KEY');
  if (text === undefined)
    throw new SettingMissing('VCHAIN_KEY is not set: it holds the keys to encrypt, WIF or hex, separated by commas');
  await writeFile(path, encryptKeys(parseKeys(text), password()), { mode: 0o600, flag: 'wx' });
}

function parseKeys(text: string): readonly PrivateKey[] {
  const parts = text.split(',').map((part) => part.trim());
  for (const part of [text, ...parts]) rememberSecret(part);
  return parts.map(parsePrivateKey);
}

function password(): string {
  const given = variable('VCHAIN_KEY_PASSWORD');
  if (given === undefined || given === '')
    throw new SettingMissing('VCHAIN_KEY_PASSWORD is not set: it opens the key file');
  rememberSecret(given);
  return given;
}

/** @throws ConfigInvalid when the file that holds it cannot be read. */
function variable(name: string): string | undefined {
  const read = readVariable(process.env, name);
  if (read !== undefined && 'problem' in read) throw new ConfigInvalid([read.problem]);
  return read?.text;
}
