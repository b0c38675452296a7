export { addressVersions, decodeBase58Check, encodeBase58Check, scriptAddress } from './address.ts';
export {
  type AddressTarget,
  addressOfScript,
  addressOfTarget,
  p2pkhScript,
  p2shScript,
  parseAddress,
  reencodeAddress,
  scriptOfTarget,
  segwitPrefix,
  witnessProgram,
} from './address-script.ts';
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
  joinBytes,
  lengthPrefixed,
  reverseBytes,
  startsWith,
  uint32Bytes,
  uint64Bytes,
} from './bytes.ts';
export { childPublicKeys } from './child-key.ts';
export { decimalText, decimalUnits, satsOfBtc } from './decimal.ts';
export {
  type DifficultyRules,
  difficultyRules,
  type HeaderView,
  headersNeededFrom,
  isTimewarp,
  type RetargetInterval,
  requiredBits,
  retargetedTarget,
  retargetIntervalBlocks,
  retargetStart,
} from './difficulty.ts';
export { ExpectedError, isExpectedError, type Remedy } from './expected-error.ts';
export { changeOf, FundsInsufficient, transactionFee } from './fee.ts';
export { genesisHeader, hashOfHeader } from './genesis.ts';
export { doubleSha256, type HashFunction, hash160, ripemd160, sha256, usePlatformSha256 } from './hashing.ts';
export { type BlockHeader, headerHash, headerLength, NULL_HASH, parseHeader, serializeHeader } from './header.ts';
export {
  type ChainedHeader,
  contextProblem,
  createHeaderChain,
  createMemoryHeaderStore,
  type HeaderChain,
  type HeaderChainOptions,
  HeaderInvalid,
  type HeaderProblem,
  type HeaderStore,
} from './header-chain.ts';
export { HeaderFileMalformed, headerFileHeight, parseHeaderFile, serializeHeaderFile } from './header-file.ts';
export { bytesToHex, hexToBytes, isHex, isHexBytes, reversedHex } from './hex.ts';
export { integerBytes, integerText } from './integer-text.ts';
export {
  bundleAddress,
  bundleSignatureBytes,
  type KeyBundle,
  keySignatureBytes,
  multisigBundle,
  segwitBundle,
} from './key-bundle.ts';
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
export { opcodeName, opcodeNamed } from './opcode-names.ts';
export { parseTransaction } from './parse-transaction.ts';
export { getHeadersMessage } from './peer-message.ts';
export {
  encodeWif,
  type PrivateKey,
  PrivateKeyInvalid,
  parsePrivateKey,
  privateKeyHex,
  publicKeyAddress,
  publicKeyOf,
} from './private-key.ts';
export {
  bitsToTarget,
  type CompactTarget,
  checkProofOfWork,
  decodeCompact,
  encodeCompact,
  workFromBits,
} from './proof-of-work.ts';
export { isPublicKey } from './public-key.ts';
export {
  classifyScript,
  type ScriptKind,
  type ScriptToken,
  type SenderScriptType,
  scriptTokens,
  senderScriptType,
} from './script.ts';
export { parseScriptText, ScriptTextInvalid, scriptText } from './script-text.ts';
export { decodeSegwitAddress, encodeSegwitAddress, type SegwitAddress, type SegwitChecksum } from './segwit-address.ts';
export { legacySighash, SIGHASH, segwitSighash } from './sighash.ts';
export {
  decodeDer,
  type EcdsaSignature,
  encodeDer,
  lowS,
  parseSignatureText,
  signatureText,
  signDigest,
  verifyDigest,
} from './signature.ts';
export {
  NULL_TXID,
  type Transaction,
  type TransactionFields,
  type TransactionInput,
  type TransactionOutput,
  transactionFields,
} from './transaction.ts';
export { serializeStripped, serializeTransaction, serializeWitness } from './transaction-bytes.ts';
export {
  checkTransactionProof,
  merklePathIndex,
  type ProvenTransaction,
  type TransactionProof,
} from './transaction-proof.ts';
export { BlockInvalid, type BlockProblem, type ExpectedBlock, verifyBlock } from './verify-block.ts';
export {
  DataTooLong,
  dataBytesMaxDefault,
  dataScript,
  type Multisig,
  multisigScript,
  parseMultisig,
  pushBytes,
  serializeTokens,
} from './write-script.ts';
