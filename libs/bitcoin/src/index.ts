export { addressVersions, decodeBase58Check, encodeBase58Check, scriptAddress } from './address.ts';
export { type Block, blockTxids, parseBlock, serializeBlock } from './block.ts';
export {
  type BlockHash,
  type Brand,
  blockHash,
  type Height,
  height,
  type Sats,
  sats,
  type Txid,
  txid,
} from './brand.ts';
export {
  bytesEqual,
  compactSizeBytes,
  concatBytes,
  reverseBytes,
  startsWith,
  uint32Bytes,
  uint64Bytes,
} from './bytes.ts';
export { ExpectedError, isExpectedError, type Remedy } from './expected-error.ts';
export { doubleSha256, type HashFunction, hash160, ripemd160, sha256, usePlatformSha256 } from './hashing.ts';
export { type BlockHeader, headerHash, headerLength, NULL_HASH, parseHeader, serializeHeader } from './header.ts';
export { bytesToHex, hexToBytes, isHex, isHexBytes, reversedHex } from './hex.ts';
export { BlockMalformed, TransactionMalformed } from './malformed.ts';
export {
  type MerkleStep,
  merklePath,
  merklePathAt,
  parseMerklePath,
  serializeMerklePath,
  verifyMerklePath,
} from './merkle-path.ts';
export { type MerkleTree, merkleRoot, merkleTree, merkleTreeOfHex, treeRoot } from './merkle-tree.ts';
export { type NetworkName, networkByGenesis } from './network.ts';
export { nulldataPayload } from './nulldata.ts';
export { parseTransaction } from './parse-transaction.ts';
export {
  bitsToTarget,
  type CompactTarget,
  checkProofOfWork,
  decodeCompact,
  encodeCompact,
  workFromBits,
} from './proof-of-work.ts';
export {
  classifyScript,
  type ScriptKind,
  type ScriptToken,
  type SenderScriptType,
  scriptTokens,
  senderScriptType,
} from './script.ts';
export {
  NULL_TXID,
  type Transaction,
  type TransactionFields,
  type TransactionInput,
  type TransactionOutput,
} from './transaction.ts';
export { serializeStripped, serializeTransaction } from './transaction-bytes.ts';
export { BlockInvalid, type BlockProblem, type ExpectedBlock, verifyBlock } from './verify-block.ts';
