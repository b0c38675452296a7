import { concatBytes, hexToBytes, isHexBytes } from '@virtualchain/bitcoin';
import type { VirtualChain } from '@virtualchain/protocol';
import type { Connection } from '../connection.ts';
import { accountOf, readKeys, writeKeyFile } from '../keys.ts';
import { loadChainOf } from '../machine-of.ts';
import { openRpcOf, readNetwork } from '../node-of.ts';
import { print } from '../output.ts';
import { deliver, paymentOf, prepare } from '../transaction.ts';
import type { TransactionOptions } from '../transaction-options.ts';
import { QueryInvalid } from '../values.ts';

export interface SendOptions extends TransactionOptions {
  /** What follows magic and opcode, as hex, instead of words. */
  readonly payload?: string;
}

/** `vchain send <chain> <operation> …`: builds, signs, checks and sends an operation's transaction. */
export async function send(
  connection: Connection,
  operation: string,
  words: readonly string[],
  options: SendOptions,
): Promise<void> {
  const payment = paymentOf(options);
  const accountOn = accountOf(options, await readKeys(options));
  const chain = await loadChainOf(connection);
  const data = operationData(chain, operation, words, options.payload);
  await using rpc = await openRpcOf(connection);
  const account = accountOn(await readNetwork(connection));
  const prepared = await prepare(rpc, account, { data }, payment);
  const txid = await deliver(rpc, prepared, options);
  if (txid === null) return;
  const { fee, change } = prepared.built;
  print(
    options.json ? JSON.stringify({ txid, fee: String(fee), change: String(change) }) : `${txid}, fee ${fee} satoshis`,
  );
}

/** `vchain keys <file>`: writes the keys of VCHAIN_KEY into an encrypted file. */
export async function keys(path: string, { json }: { readonly json: boolean }): Promise<void> {
  await writeKeyFile(path);
  if (json) print(JSON.stringify({ file: path }));
  else print(`${path}: the keys are encrypted with the password in VCHAIN_KEY_PASSWORD`);
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
    return refuse(
      `${chain.name} has no operation ${JSON.stringify(operation)}; give one of ${[...chain.operations.values()].map(({ name }) => name).join(', ')}`,
    );
  const [opcode, codec] = found;
  const head = concatBytes(chain.magic, Uint8Array.of(opcode));
  if (payloadHex !== undefined)
    return isHexBytes(payloadHex)
      ? concatBytes(head, hexToBytes(payloadHex))
      : refuse(`--payload ${JSON.stringify(payloadHex)}: not hex; give the bytes behind the opcode as hex`);
  if (codec.encode === undefined)
    return refuse(`${chain.name} does not say how ${operation} is written: give --payload HEX`);
  const encoded = codec.encode(words);
  return encoded.kind === 'payload'
    ? concatBytes(head, encoded.payload)
    : refuse(
        `${operation} ${words.join(' ')}: ${encoded.problem}; see what ${chain.name} says of ${operation}, or give --payload HEX`,
      );
}

function refuse(message: string): never {
  throw new QueryInvalid(message);
}
