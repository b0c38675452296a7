import type { NetworkName } from '../block/network.ts';
import { addressVersions, decodeBase58Check, encodeBase58Check, scriptAddress } from './address.ts';
import { OP_CHECKSIG, OP_DUP, OP_EQUAL, OP_EQUALVERIFY, OP_HASH160 } from './opcodes.ts';
import { classifyScript } from './script.ts';
import { decodeSegwitAddress, encodeSegwitAddress, type SegwitChecksum } from './segwit-address.ts';
import { serializeTokens } from './write-script.ts';

/** What an address of any network pays to. */
export type AddressTarget =
  | { readonly kind: 'p2pkh' | 'p2sh'; readonly hash: Uint8Array }
  | { readonly kind: 'witness'; readonly version: number; readonly program: Uint8Array };

/** What stands in front of a segwit address of the network. */
export function segwitPrefix(network: NetworkName): string {
  if (network === 'mainnet') return 'bc';
  return network === 'regtest' ? 'bcrt' : 'tb';
}

/** The version and program of a witness script (BIP141), or null when it is none. */
export function witnessProgram(script: Uint8Array): { readonly version: number; readonly program: Uint8Array } | null {
  const [opcode = 0xff, length = 0] = script;
  const version = opcode === 0 ? 0 : opcode - 80;
  const isProgram = version >= 0 && version <= 16 && opcode !== 80 && length >= 2 && length <= 40;
  return isProgram && script.length === length + 2 ? { version, program: script.subarray(2) } : null;
}

/**
 * The address of an output script on a network, with the witness version that the script has: the original took 1 for
 * every one (spec §11 row 4). Null for a script that has no address.
 */
export function addressOfScript(script: Uint8Array, network: NetworkName): string | null {
  const witness = witnessProgram(script);
  if (witness === null) return scriptAddress(script, network);
  if (witness.version === 0 && classifyScript(script) === null) return null;
  return encodeSegwitAddress({ prefix: segwitPrefix(network), ...witness });
}

const NETWORKS: readonly NetworkName[] = ['mainnet', 'testnet3', 'regtest'];

/**
 * Reads an address of any network, or of one. Total: null for what is no address of it. Addresses of the test networks
 * are the same text for all of them, but that regtest has its own for segwit.
 */
export function parseAddress(
  text: string,
  network?: NetworkName,
  checksum: SegwitChecksum = 'bip350',
): AddressTarget | null {
  const networks = network === undefined ? NETWORKS : [network];
  const segwit = decodeSegwitAddress(text, checksum);
  if (segwit !== null) {
    const { prefix, version, program } = segwit;
    return networks.some((each) => segwitPrefix(each) === prefix) ? { kind: 'witness', version, program } : null;
  }
  const decoded = decodeBase58Check(text);
  if (decoded?.bytes.length !== 20) return null;
  const { version, bytes: hash } = decoded;
  for (const { p2pkh, p2sh } of networks.map(addressVersions)) {
    if (version === p2pkh) return { kind: 'p2pkh', hash };
    if (version === p2sh) return { kind: 'p2sh', hash };
  }
  return null;
}

/** The output script that pays to it, with the witness version that the address names. */
export function scriptOfTarget(target: AddressTarget): Uint8Array {
  switch (target.kind) {
    case 'p2pkh':
      return p2pkhScript(target.hash);
    case 'p2sh':
      return p2shScript(target.hash);
    case 'witness':
      return serializeTokens([target.version === 0 ? null : target.version, target.program]);
  }
}

/** The address of a hash or a witness program on a network: base58check, or bech32 and bech32m. */
export function addressOfTarget(target: AddressTarget, network: NetworkName): string {
  if (target.kind === 'witness') return encodeSegwitAddress({ prefix: segwitPrefix(network), ...target });
  return encodeBase58Check(addressVersions(network)[target.kind], target.hash);
}

/** The same target, written for another network. Total: null for what is no address. */
export function reencodeAddress(text: string, network: NetworkName): string | null {
  const target = parseAddress(text);
  return target === null ? null : addressOfTarget(target, network);
}

/** `OP_DUP OP_HASH160 <hash> OP_EQUALVERIFY OP_CHECKSIG`, for a hash of 20 bytes. */
export function p2pkhScript(hash: Uint8Array): Uint8Array {
  return serializeTokens([OP_DUP, OP_HASH160, hash, OP_EQUALVERIFY, OP_CHECKSIG]);
}

/** `OP_HASH160 <hash> OP_EQUAL`, for a hash of 20 bytes. */
export function p2shScript(hash: Uint8Array): Uint8Array {
  return serializeTokens([OP_HASH160, hash, OP_EQUAL]);
}
