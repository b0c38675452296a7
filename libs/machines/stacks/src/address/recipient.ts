import { addressOfScript, type NetworkName, type Payee, payeeOf, type TransactionOutput } from '@virtualchain/bitcoin';
import { type StacksAddress, stacksAddressText } from './c32.ts';

/** An output behind the one with the payload: whom it pays, and how much. */
export interface Recipient extends Payee {
  readonly value: bigint;
  readonly script: Uint8Array;
}

/** Null for an output that pays to no address: it voids the transaction. */
export function recipientOf({ value, script }: TransactionOutput): Recipient | null {
  const payee = payeeOf(script);
  return payee === null ? null : { ...payee, value, script };
}

/** The address of Stacks that an output stands for: only hashes of keys and of scripts have one. */
export function stacksAddressOf({ kind, hash }: Payee, network: NetworkName): StacksAddress | null {
  const isMainnet = network === 'mainnet';
  if (kind === 'p2pkh') return { version: isMainnet ? 22 : 26, hash };
  return kind === 'p2sh' ? { version: isMainnet ? 20 : 21, hash } : null;
}

/** The same as text. */
export function stacksAddressTextOf(payee: Payee, network: NetworkName): string | null {
  const address = stacksAddressOf(payee, network);
  return address === null ? null : stacksAddressText(address);
}

/** The address of Bitcoin that an output pays: what a PoX address is shown as, of whatever kind. */
export function bitcoinAddressOf({ script }: Pick<Recipient, 'script'>, network: NetworkName): string {
  const address = addressOfScript(script, network);
  if (address === null) throw new TypeError('a recipient has an address');
  return address;
}

/** Twenty zero bytes as the hash of a key or a script: nobody can spend it. A witness program of zeros is none. */
export function isBurnAddress({ kind, hash }: Payee): boolean {
  return (kind === 'p2pkh' || kind === 'p2sh') && hash.every((byte) => byte === 0);
}
