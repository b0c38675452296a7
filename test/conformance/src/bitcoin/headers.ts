import {
  type BlockHash,
  type BlockHeader,
  bytesToHex,
  createHeaderChain,
  difficultyRules,
  encodeCompact,
  getHeadersMessage,
  hashOfHeader,
  headerFileHeight,
  hexToBytes,
  merkleRoot,
  parseHeader,
  parseHeaderFile,
  retargetedTarget,
  serializeHeader,
  serializeHeaderFile,
} from '@virtualchain/bitcoin';
import { isExpectedError } from '@virtualchain/kernel';
import type { Case } from '../case.ts';
import { headersLoadedExpected } from '../corrections.ts';

/** A header as the original keeps it, its hash beside it. */
interface OriginalHeader {
  readonly version: number;
  readonly prev_block_hash?: string;
  readonly prevhash?: string;
  readonly merkle_root: string;
  readonly timestamp: number;
  readonly bits: number;
  readonly nonce: number;
  readonly hash: string;
}

interface HeadersVectors {
  readonly genesis_file_hex: string;
  readonly real_headers: readonly OriginalHeader[];
  readonly verify_chain: readonly {
    readonly label: string;
    readonly chain: readonly OriginalHeader[];
    readonly result: boolean;
  }[];
  readonly serialize: readonly {
    readonly header: OriginalHeader;
    readonly hex: string;
    readonly block_header_verify?: boolean;
  }[];
  readonly targets: readonly {
    readonly interval_index: number;
    readonly first_timestamp: number;
    readonly last_timestamp: number;
    readonly last_bits: number;
    readonly new_bits: number;
    readonly new_target: string;
  }[];
  readonly block_verify: readonly {
    readonly txids: readonly string[];
    readonly merkle_root: string;
    readonly result: boolean;
  }[];
  readonly heights: readonly { readonly size: number; readonly height: number }[];
  readonly block_header_index: readonly number[];
  readonly getheaders_message_hex: string;
  readonly after_headers_message: {
    readonly file_hex: string;
    readonly finished: boolean;
    readonly height: number;
  };
  readonly original_bug: { readonly load_header_chain_length_for_3_headers: number };
}

export function* headersCases(vectors: HeadersVectors): Iterable<Case> {
  const real = vectors.real_headers.map(headerOf);
  yield {
    name: 'genesis file and real headers',
    expected: { genesis: vectors.genesis_file_hex, hashes: vectors.real_headers.map(({ hash }) => hash) },
    actual: () => ({
      genesis: bytesToHex(serializeHeaderFile(real.slice(0, 1))),
      hashes: real.map(hashOfHeader),
    }),
  };
  for (const { label, chain, result } of vectors.verify_chain) {
    yield { name: `verify_chain ${label}`, expected: result, actual: () => isVerified(chain) };
  }
  for (const { header, hex, block_header_verify } of vectors.serialize) {
    yield {
      name: `serialize ${header.hash}`,
      expected: { hex, isItsHash: block_header_verify ?? true, header: headerOf(header) },
      actual: () => ({
        hex: bytesToHex(serializeHeader(headerOf(header))),
        isItsHash: hashOfHeader(headerOf(header)) === header.hash,
        header: parseHeader(hexToBytes(hex)),
      }),
    };
  }
  for (const { interval_index, first_timestamp, last_timestamp, last_bits, ...expected } of vectors.targets) {
    yield {
      name: `target after ${first_timestamp} to ${last_timestamp}, bits ${last_bits} (interval ${interval_index})`,
      expected: { new_bits: expected.new_bits, new_target: expected.new_target },
      actual: () => targetAfter({ bits: last_bits, firstTime: first_timestamp, lastTime: last_timestamp }),
    };
  }
  for (const { txids, merkle_root, result } of vectors.block_verify) {
    yield {
      name: `block_verify of ${txids.length} txids, ${merkle_root}`,
      expected: result,
      actual: () => merkleRoot(txids) === merkle_root,
    };
  }
  yield* fileCases(vectors, real);
}

function* fileCases(vectors: HeadersVectors, real: readonly BlockHeader[]): Iterable<Case> {
  const { after_headers_message: after, original_bug: bug } = vectors;
  for (const { size, height } of vectors.heights) {
    yield { name: `height of a file of ${size} bytes`, expected: height, actual: () => headerFileHeight(size) };
  }
  yield {
    name: 'block_header_index',
    expected: vectors.block_header_index,
    actual: () => {
      const inFile = parseHeaderFile(hexToBytes(after.file_hex)).map(hashOfHeader);
      return vectors.block_header_index.map((index) => inFile.indexOf(vectors.real_headers[index]?.hash as BlockHash));
    },
  };
  yield {
    name: 'getheaders message',
    expected: vectors.getheaders_message_hex,
    actual: () => {
      const [local] = parseHeaderFile(hexToBytes(vectors.genesis_file_hex)).map(hashOfHeader);
      return local && bytesToHex(getHeadersMessage([local], local));
    },
  };
  yield {
    name: 'the file after a headers message',
    expected: after,
    actual: () => {
      const chain = createHeaderChain({ network: 'mainnet' });
      chain.append(parseHeaderFile(hexToBytes(vectors.genesis_file_hex)));
      chain.append(real.slice(1));
      const height = chain.tip?.height ?? -1;
      const kept = Array.from({ length: height + 1 }, (_, at) => chain.at(at)?.header as BlockHeader);
      return { file_hex: bytesToHex(serializeHeaderFile(kept)), finished: height === real.length - 1, height };
    },
  };
  yield {
    name: 'headers that a chain loads from a file',
    ...headersLoadedExpected(real.length, bug.load_header_chain_length_for_3_headers),
    actual: () => {
      const chain = createHeaderChain({ network: 'mainnet' });
      chain.append(parseHeaderFile(hexToBytes(after.file_hex)));
      return (chain.tip?.height ?? -1) + 1;
    },
  };
}

function headerOf(header: OriginalHeader): BlockHeader {
  const { version, merkle_root: root, timestamp: time, bits, nonce, prev_block_hash, prevhash } = header;
  return { version, previousHash: (prev_block_hash ?? prevhash) as BlockHash, merkleRoot: root, time, bits, nonce };
}

/** A header whose own hash is not beside it is no header of a chain, as the original's check has it. */
function isVerified(chain: readonly OriginalHeader[]): boolean {
  if (chain.some((header) => hashOfHeader(headerOf(header)) !== header.hash)) return false;
  try {
    createHeaderChain({ network: 'mainnet' }).append(chain.map(headerOf));
    return true;
  } catch (error) {
    if (isExpectedError(error)) return false;
    throw error;
  }
}

function targetAfter(interval: Parameters<typeof retargetedTarget>[0]) {
  const rules = difficultyRules('mainnet');
  if (rules === null) throw new TypeError('mainnet has rules');
  const target = retargetedTarget(interval, rules);
  return { new_bits: encodeCompact(target), new_target: target.toString(16).padStart(64, '0') };
}
