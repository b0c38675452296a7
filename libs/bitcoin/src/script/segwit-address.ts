import { bech32, bech32m } from '@scure/base';

/** What a segwit address says. */
export interface SegwitAddress {
  /** `bc`, `tb`, `bcrt`: the network. */
  readonly prefix: string;
  /** 0 to 16. */
  readonly version: number;
  readonly program: Uint8Array;
}

/**
 * Which checksum belongs to which version: BIP350 gives bech32m to all versions but 0. BIP173, which was all there was
 * in the days of the original, had bech32 for every version.
 */
export type SegwitChecksum = 'bip173' | 'bip350';

/** @throws RangeError when the version or the length of the program is none that BIP141 knows. */
export function encodeSegwitAddress(address: SegwitAddress, checksum: SegwitChecksum = 'bip350'): string {
  const { prefix, version, program } = address;
  if (!isSegwit(address)) throw new RangeError(`not a witness program: version ${version}, ${program.length} bytes`);
  const codec = codecFor(version, checksum);
  return codec.encode(prefix, [version, ...codec.toWords(program)]);
}

/** Total: null for everything that is not an address of the rule, such as one of mixed case. */
export function decodeSegwitAddress(text: string, checksum: SegwitChecksum = 'bip350'): SegwitAddress | null {
  for (const codec of [bech32, bech32m]) {
    const decoded = codec.decodeUnsafe(text);
    const [version, ...words] = decoded?.words ?? [];
    const program = version === undefined ? undefined : codec.fromWordsUnsafe(words);
    if (decoded === undefined || version === undefined || !program) continue;
    const address = { prefix: decoded.prefix, version, program: Uint8Array.from(program) };
    if (isSegwit(address) && codec === codecFor(version, checksum)) return address;
  }
  return null;
}

function codecFor(version: number, checksum: SegwitChecksum): typeof bech32 {
  return version === 0 || checksum === 'bip173' ? bech32 : bech32m;
}

function isSegwit({ version, program: { length } }: SegwitAddress): boolean {
  if (!Number.isInteger(version) || version < 0 || version > 16 || length < 2 || length > 40) return false;
  return version !== 0 || length === 20 || length === 32;
}
