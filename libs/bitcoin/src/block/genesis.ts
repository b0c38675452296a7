import type { BlockHash } from '../encoding/brand.ts';
import { type BlockHeader, headerHash, NULL_HASH, serializeHeader } from './header.ts';
import type { NetworkName } from './network.ts';

/** The merkle root of Satoshi's coinbase, which every network but testnet4 starts with. */
const FIRST_COINBASE = '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b';

/**
 * The first header of each network. The merkle root of testnet is that of the main network; the original had the block's
 * hash in its place (spec §11 row 17).
 */
const GENESIS: Readonly<Record<string, BlockHeader>> = {
  mainnet: genesis(1231006505, 0x1d00ffff, 2083236893),
  testnet3: genesis(1296688602, 0x1d00ffff, 414098458),
  testnet4: genesis(
    1714777860,
    0x1d00ffff,
    393743547,
    '7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e',
  ),
  signet: genesis(1598918400, 0x1e0377ae, 52613770),
  regtest: genesis(1296688602, 0x207fffff, 2),
};

function genesis(time: number, bits: number, nonce: number, merkleRoot = FIRST_COINBASE): BlockHeader {
  return { version: 1, previousHash: NULL_HASH, merkleRoot, time, bits, nonce };
}

/** Null for a network that is none of the five. */
export function genesisHeader(network: NetworkName): BlockHeader | null {
  return GENESIS[network] ?? null;
}

/** The hash of a header, as hex in the order that people read. */
export function hashOfHeader(header: BlockHeader): BlockHash {
  return headerHash(serializeHeader(header));
}
