import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import {
  bytesToHex,
  concatBytes,
  hexToBytes,
  isHexBytes,
  type NetworkName,
  type PrivateKey,
  parsePrivateKey,
  scriptText,
} from '@virtualchain/bitcoin';
import { openNode, openRpc } from '@virtualchain/node-client';
import { rememberSecret } from '@virtualchain/process';
import type { VirtualChain } from '@virtualchain/protocol';
import {
  type Account,
  type AccountKind,
  accountKinds,
  type BuiltOperation,
  buildOperation,
  checkAcceptance,
  checkPayload,
  coinsAt,
  createAccount,
  decryptKeys,
  encryptKeys,
  feeRate,
  operationScript,
  parseOutpoint,
  scanCoins,
  sendOperation,
} from '@virtualchain/wallet';
import { type Connection, chainOf, need, SettingMissing } from '../connection.ts';
import { print } from '../output.ts';
import { QueryInvalid, wholeNumber } from '../values.ts';

export interface SendOptions {
  readonly keyFile?: string;
  readonly account: string;
  readonly m?: string;
  readonly coin?: readonly string[];
  readonly feeRate?: string;
  readonly feeRateFallback?: string;
  /** What follows magic and opcode, as hex, instead of words. */
  readonly payload?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json: boolean;
}

/** `vchain send <chain> <operation> …`: builds, signs, checks and sends an operation's transaction. */
export async function send(
  connection: Connection,
  operation: string,
  words: readonly string[],
  options: SendOptions,
): Promise<void> {
  const chain = await chainOf(connection);
  const data = operationData(chain, operation, words, options.payload);
  const nodeUrl = need(connection, 'nodeUrl');
  const network = await networkOf(nodeUrl);
  const account = accountOf(options, await keysOf(options.keyFile), network);
  await using rpc = openRpc(nodeUrl);
  await checkPayload(rpc, operationScript(data));
  const outpoints = (options.coin ?? []).map(
    (text) => parseOutpoint(text) ?? refuse(`--coin ${JSON.stringify(text)}: not txid:index`),
  );
  const coins = outpoints.length > 0 ? await coinsAt(rpc, account, outpoints) : await scanCoins(rpc, account);
  const rate = await feeRate(rpc, {
    ...(options.feeRate === undefined ? {} : { rate: Number(options.feeRate) }),
    ...(options.feeRateFallback === undefined ? {} : { fallback: Number(options.feeRateFallback) }),
  });
  const built = buildOperation({ account, coins, data, feeRate: rate.rate });
  const described = describe(built, account, network, rate);
  if (options.dryRun === true) {
    print(options.json ? JSON.stringify(described) : JSON.stringify(described, null, 2));
    return;
  }
  await checkAcceptance(rpc, built);
  if (network !== 'regtest' && options.yes !== true) await confirm(described);
  const txid = await sendOperation(rpc, built);
  print(
    options.json
      ? JSON.stringify({ txid, fee: String(built.fee), change: String(built.change) })
      : `${txid}, fee ${built.fee} satoshis`,
  );
}

/** `vchain keys <file>`: writes the keys of VCHAIN_KEY into an encrypted file. */
export async function keys(path: string): Promise<void> {
  const text = process.env['VCHAIN_KEY'];
  if (text === undefined)
    throw new SettingMissing('VCHAIN_KEY is not set: it holds the keys to encrypt, WIF or hex, separated by commas');
  await writeFile(path, encryptKeys(parseKeys(text), password()), { mode: 0o600, flag: 'wx' });
  print(`${path}: the keys are encrypted with the password in VCHAIN_KEY_PASSWORD`);
}

/** Magic, opcode and payload. */
function operationData(
  chain: VirtualChain,
  operation: string,
  words: readonly string[],
  payloadHex: string | undefined,
): Uint8Array {
  const found = [...chain.operations].find(([, { name }]) => name === operation);
  if (found === undefined)
    refuse(
      `${chain.name} has no operation ${JSON.stringify(operation)}; it has ${[...chain.operations.values()].map(({ name }) => name).join(', ')}`,
    );
  const [opcode, codec] = found as NonNullable<typeof found>;
  const head = concatBytes(chain.magic, Uint8Array.of(opcode));
  if (payloadHex !== undefined)
    return isHexBytes(payloadHex)
      ? concatBytes(head, hexToBytes(payloadHex))
      : refuse(`--payload ${JSON.stringify(payloadHex)}: not hex`);
  if (codec.encode === undefined)
    return refuse(`${chain.name} does not say how ${operation} is written: give --payload HEX`);
  const encoded = codec.encode(words);
  return encoded.kind === 'payload'
    ? concatBytes(head, encoded.payload)
    : refuse(`${operation} ${words.join(' ')}: ${encoded.problem}`);
}

async function networkOf(nodeUrl: string): Promise<NetworkName> {
  await using node = await openNode(nodeUrl);
  return (await node.status()).network;
}

/** Keys come from an encrypted file, or from VCHAIN_KEY (WIF or hex, several separated by commas); never from a flag. */
async function keysOf(keyFile: string | undefined): Promise<readonly PrivateKey[]> {
  if (keyFile !== undefined) return decryptKeys(await readFile(keyFile, 'utf8'), password());
  const text = process.env['VCHAIN_KEY'];
  if (text === undefined)
    throw new SettingMissing('no key: set VCHAIN_KEY to WIF or hex (several separated by commas), or give --key-file');
  return parseKeys(text);
}

function parseKeys(text: string): readonly PrivateKey[] {
  const parts = text.split(',').map((part) => part.trim());
  for (const part of [text, ...parts]) rememberSecret(part);
  return parts.map(parsePrivateKey);
}

function password(): string {
  const given = process.env['VCHAIN_KEY_PASSWORD'];
  if (given === undefined || given === '')
    throw new SettingMissing('VCHAIN_KEY_PASSWORD is not set: it opens the key file');
  rememberSecret(given);
  return given;
}

function accountOf({ account, m }: SendOptions, privateKeys: readonly PrivateKey[], network: NetworkName): Account {
  const kind =
    accountKinds.find((one) => one === account) ??
    refuse(`--account ${JSON.stringify(account)}: one of ${accountKinds.join(', ')}`);
  try {
    return createAccount(
      kind as AccountKind,
      privateKeys,
      network,
      m === undefined ? privateKeys.length : wholeNumber('--m', m),
    );
  } catch (error) {
    if (error instanceof RangeError) return refuse(error.message);
    throw error;
  }
}

function describe(
  { transaction, bytes, spent, fee, change, virtualBytes }: BuiltOperation,
  account: Account,
  network: NetworkName,
  rate: { readonly rate: number; readonly source: string },
) {
  return {
    network,
    from: account.address,
    txid: transaction.txid,
    virtualBytes,
    fee: String(fee),
    feeRate: rate,
    change: String(change),
    inputs: spent.map(({ txid, index, value }) => ({ txid, index, value: String(value) })),
    outputs: transaction.outputs.map(({ value, script }) => ({
      value: String(value),
      script: bytesToHex(script),
      asm: scriptText(script),
    })),
    hex: bytesToHex(bytes),
  };
}

async function confirm(described: ReturnType<typeof describe>): Promise<void> {
  print(
    `network ${described.network}, from ${described.from}, fee ${described.fee} satoshis (${described.feeRate.rate} per virtual byte), change ${described.change} satoshis`,
  );
  if (!process.stdin.isTTY) refuse('sending outside regtest wants a yes: there is no terminal to ask at, pass --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('send it? (yes/no) ');
  terminal.close();
  if (answer.trim() !== 'yes') refuse('not sent');
}

function refuse(message: string): never {
  throw new QueryInvalid(message);
}
