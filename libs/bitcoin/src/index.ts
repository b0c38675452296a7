export { type BlockHash, type Brand, blockHash, type Height, height, type Sats, sats, type Txid, txid } from './brand.ts';
export { ExpectedError, isExpectedError, type Remedy } from './expected-error.ts';
