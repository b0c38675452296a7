import {
  bytesToHex,
  classifyScript,
  decodeBase58Check,
  encodeBase58Check,
  hexToBytes,
  p2pkhScript,
  p2shScript,
  sats,
  type TransactionOutput,
} from '@virtualchain/bitcoin';
import type { BnsParameters } from '../parameters.ts';
import { AddressInvalid } from './refusal.ts';

/** Somebody who can own, pay or be paid. */
export interface Party {
  /** Hex. */
  readonly script: string;
  /** As the machine writes it. */
  readonly address: string;
}

/** What an output holds that pays nothing: below it nodes call it dust. */
export const outputSatsMin = 546n;

type Versions = Pick<BnsParameters, 'addressVersions'>;

/** Reads an address. @throws AddressInvalid for all but p2pkh and p2sh, which are all that names know. */
export function partyOf(what: string, address: string, { addressVersions: { p2pkh, p2sh } }: Versions): Party {
  const decoded = decodeBase58Check(address);
  const hash = decoded?.bytes.length === 20 ? decoded.bytes : null;
  if (hash !== null && decoded?.version === p2pkh) return { script: bytesToHex(p2pkhScript(hash)), address };
  if (hash !== null && decoded?.version === p2sh) return { script: bytesToHex(p2shScript(hash)), address };
  throw new AddressInvalid(
    `${what} ${JSON.stringify(address)}: not an address of this chain; names know p2pkh and p2sh (version bytes ${p2pkh} and ${p2sh}), no bech32`,
  );
}

/** The party of a p2pkh or p2sh script. */
export function partyOfScript(script: Uint8Array, { addressVersions: { p2pkh, p2sh } }: Versions): Party {
  const kind = classifyScript(script);
  const hash = kind === 'p2pkh' ? script.subarray(3, 23) : kind === 'p2sh' ? script.subarray(2, 22) : null;
  if (hash === null) throw new TypeError(`${bytesToHex(script)} is neither p2pkh nor p2sh`);
  return { script: bytesToHex(script), address: encodeBase58Check(kind === 'p2pkh' ? p2pkh : p2sh, hash) };
}

/** An output to a party, by default of as little as nodes relay. */
export function outputTo({ script }: Pick<Party, 'script'>, satoshis: bigint = outputSatsMin): TransactionOutput {
  const value = satoshis > outputSatsMin ? satoshis : outputSatsMin;
  return { value: sats(value), script: hexToBytes(script) };
}
