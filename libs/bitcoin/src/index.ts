export { type Block, blockTxids, parseBlock, serializeBlock } from './block/block.ts';
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
} from './block/difficulty.ts';
export { genesisHeader, hashOfHeader } from './block/genesis.ts';
export { type BlockHeader, headerHash, headerLength, NULL_HASH, parseHeader, serializeHeader } from './block/header.ts';
export {
  type ChainedHeader,
  contextProblem,
  createHeaderChain,
  createMemoryHeaderStore,
  type HeaderChain,
  type HeaderChainOptions,
  type HeaderContext,
  HeaderInvalid,
  type HeaderProblem,
  type HeaderStore,
} from './block/header-chain.ts';
export { HeaderFileMalformed, headerFileHeight, parseHeaderFile, serializeHeaderFile } from './block/header-file.ts';
export { findTransactions, txidKey, txidKeyAt } from './block/layout/find-transactions.ts';
export {
  type MerkleStep,
  merklePath,
  merklePathAt,
  parseMerklePath,
  serializeMerklePath,
  verifyMerklePath,
} from './block/merkle-path.ts';
export { merklePathTexts } from './block/merkle-path-texts.ts';
export {
  type MerkleTree,
  merkleRoot,
  merkleTree,
  merkleTreeOfHashes,
  merkleTreeOfHex,
  treeRoot,
} from './block/merkle-tree.ts';
export { type NetworkName, networkByGenesis } from './block/network.ts';
export { getHeadersMessage } from './block/peer-message.ts';
export {
  bitsToTarget,
  type CompactTarget,
  checkProofOfWork,
  decodeCompact,
  encodeCompact,
  workFromBits,
} from './block/proof-of-work.ts';
export { BlockInvalid, type BlockProblem, type ExpectedBlock, verifyBlock } from './block/verify-block.ts';
export {
  type BlockHash,
  blockHash,
  type Height,
  height,
  type Sats,
  type SatsText,
  sats,
  satsOfText,
  satsText,
  type Txid,
  txid,
} from './encoding/brand.ts';
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
} from './encoding/bytes.ts';
export { decimalText, decimalUnits, satsOfBtc } from './encoding/decimal.ts';
export { doubleSha256, type HashFunction, hash160, ripemd160, sha256, usePlatformSha256 } from './encoding/hashing.ts';
export { bytesToHex, hexToBytes, isHex, isHexBytes, reversedHex } from './encoding/hex.ts';
export { integerBytes, integerText } from './encoding/integer-text.ts';
export { BlockMalformed, TransactionMalformed } from './encoding/malformed.ts';
export { childPublicKeys } from './keys/child-key.ts';
export { jacobi } from './keys/jacobi.ts';
export {
  bundleAddress,
  bundleSignatureBytes,
  type KeyBundle,
  keySignatureBytes,
  multisigBundle,
  segwitBundle,
} from './keys/key-bundle.ts';
export {
  encodeWif,
  type PrivateKey,
  PrivateKeyInvalid,
  parsePrivateKey,
  privateKeyHex,
  publicKeyAddress,
  publicKeyOf,
} from './keys/private-key.ts';
export { isPublicKey } from './keys/public-key.ts';
export {
  decodeDer,
  type EcdsaSignature,
  encodeDer,
  lowS,
  parseSignatureText,
  signatureText,
  signDigest,
  verifyDigest,
} from './keys/signature.ts';
export {
  type BlockToMake,
  commitmentPrefix,
  commitmentScript,
  heightPush,
  makeBlock,
  witnessRoot,
} from './regtest/make-block.ts';
export { coinbaseMaturityBlocks, regtestBits, regtestGenesisBytes, subsidyAt } from './regtest/regtest.ts';
export {
  addressVersions,
  decodeBase58Check,
  encodeBase58Check,
  scriptAddress,
  scriptAddresses,
} from './script/address.ts';
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
} from './script/address-script.ts';
export { nulldataPayload } from './script/nulldata.ts';
export { opcodeName, opcodeNamed } from './script/opcode-names.ts';
export { type Payee, type PayeeKind, payeeOf } from './script/payee.ts';
export {
  classifyScript,
  type ScriptKind,
  type ScriptToken,
  type SenderScriptType,
  scriptTokens,
  senderScriptType,
  wholeTokens,
} from './script/script.ts';
export { parseScriptText, ScriptTextInvalid, scriptText } from './script/script-text.ts';
export {
  decodeSegwitAddress,
  encodeSegwitAddress,
  type SegwitAddress,
  type SegwitChecksum,
} from './script/segwit-address.ts';
export {
  DataTooLong,
  dataBytesMaxDefault,
  dataScript,
  type Multisig,
  multisigScript,
  parseMultisig,
  pushBytes,
  serializeTokens,
} from './script/write-script.ts';
export { doubleSha256Each } from './sha256/double-sha256-each.ts';
export { changeOf, FundsInsufficient, transactionFee } from './transaction/fee.ts';
export { parseTransaction } from './transaction/parse-transaction.ts';
export { legacySighash, SIGHASH, segwitSighash } from './transaction/sighash.ts';
export {
  NULL_TXID,
  type Transaction,
  type TransactionFields,
  type TransactionInput,
  type TransactionOutput,
  transactionFields,
} from './transaction/transaction.ts';
export { serializeStripped, serializeTransaction, serializeWitness } from './transaction/transaction-bytes.ts';
export {
  checkTransactionProof,
  merklePathIndex,
  type ProvenTransaction,
  type TransactionProof,
} from './transaction/transaction-proof.ts';
