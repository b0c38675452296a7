import {
  addressOfTarget,
  bytesToHex,
  decodeBase58Check,
  decodeSegwitAddress,
  encodeSegwitAddress,
  hexToBytes,
  parseAddress,
  reencodeAddress,
  scriptOfTarget,
} from '@virtualchain/bitcoin';
import { AN_ERROR, type Case } from '../case.ts';
import { defaultAddressExpected, paymentScriptExpected } from '../corrections.ts';

interface AddressesVectors {
  readonly base58: readonly ({
    readonly hash160: string;
    readonly p2pkh: string;
    readonly p2sh: string;
  } & Readonly<Record<string, unknown>>)[];
  readonly base58_decode: readonly { readonly address: string; readonly ok: boolean; readonly result?: string }[];
  readonly bech32: readonly {
    readonly hrp: string;
    readonly witness_version: number;
    readonly program_hex: string;
    readonly address: string;
    readonly default_encoding_address: string;
    readonly decoded_version: number;
    readonly decoded_program_hex: string;
    readonly payment_script: string;
  }[];
  readonly bech32_decode: readonly {
    readonly address: string;
    readonly program_hex: string | null;
    readonly version: number | null;
  }[];
}

/** The vectors are older than BIP350: their version 1 addresses have the checksum of BIP173. */
const CHECKSUM = 'bip173';

export function* addressesCases(vectors: AddressesVectors): Iterable<Case> {
  for (const expected of vectors.base58) {
    yield {
      name: `base 58 addresses of ${expected.hash160}`,
      expected,
      actual: () => base58Addresses(expected.hash160, expected.p2pkh, expected.p2sh),
    };
  }
  for (const { address, ok, result } of vectors.base58_decode) {
    yield {
      name: `base58_decode ${address}`,
      expected: ok ? result : AN_ERROR,
      actual: () => {
        const decoded = decodeBase58Check(address);
        return decoded === null ? AN_ERROR : bytesToHex(decoded.bytes);
      },
    };
  }
  for (const each of vectors.bech32) yield* bech32Cases(each);
  for (const { address, program_hex, version } of vectors.bech32_decode) {
    yield {
      name: `bech32_decode ${address}`,
      expected: { program_hex, version },
      actual: () => {
        const decoded = decodeSegwitAddress(address, CHECKSUM);
        const isMainnet = decoded?.prefix === 'bc';
        return {
          program_hex: isMainnet ? bytesToHex(decoded.program) : null,
          version: isMainnet ? decoded.version : null,
        };
      },
    };
  }
}

function base58Addresses(hash160: string, p2pkh: string, p2sh: string) {
  const hash = hexToBytes(hash160);
  const kinds = [p2pkh, p2sh].map((address) => parseAddress(address, 'mainnet')?.kind);
  const scriptOf = (address: string) => {
    const target = parseAddress(address);
    return target === null ? null : bytesToHex(scriptOfTarget(target));
  };
  return {
    decoded: bytesToHex(decodeBase58Check(p2pkh)?.bytes ?? new Uint8Array(0)),
    hash160,
    is_p2pkh: kinds.map((kind) => kind === 'p2pkh'),
    is_p2sh: kinds.map((kind) => kind === 'p2sh'),
    p2pkh: addressOfTarget({ kind: 'p2pkh', hash }, 'mainnet'),
    p2pkh_script: scriptOf(p2pkh),
    p2sh: addressOfTarget({ kind: 'p2sh', hash }, 'mainnet'),
    p2sh_script: scriptOf(p2sh),
    testnet_p2pkh: reencodeAddress(p2pkh, 'testnet3'),
    testnet_p2sh: reencodeAddress(p2sh, 'testnet3'),
  };
}

function* bech32Cases(recorded: AddressesVectors['bech32'][number]): Iterable<Case> {
  const { hrp: prefix, witness_version: version, program_hex, address } = recorded;
  const program = hexToBytes(program_hex);
  const name = `bech32 version ${version} of ${program_hex}`;
  yield {
    name,
    expected: {
      address,
      decoded_version: recorded.decoded_version,
      decoded_program_hex: recorded.decoded_program_hex,
    },
    actual: () => {
      const decoded = decodeSegwitAddress(address, CHECKSUM);
      return {
        address: encodeSegwitAddress({ prefix, version, program }, CHECKSUM),
        decoded_version: decoded?.version,
        decoded_program_hex: decoded && bytesToHex(decoded.program),
      };
    },
  };
  yield {
    name: `${name}: address of the program alone`,
    ...defaultAddressExpected(recorded.default_encoding_address),
    actual: () => encodeSegwitAddress({ prefix, version: 0, program }),
  };
  yield {
    name: `${name}: payment script`,
    ...paymentScriptExpected(version, recorded.payment_script),
    actual: () => {
      const target = parseAddress(address, undefined, CHECKSUM);
      return target === null ? null : bytesToHex(scriptOfTarget(target));
    },
  };
}
