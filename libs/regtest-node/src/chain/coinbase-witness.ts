import {
  commitmentPrefix,
  parseBlock,
  serializeBlock,
  startsWith,
  type Transaction,
  transactionFields,
} from '@virtualchain/bitcoin';

const NONCE = new Uint8Array(32);

/**
 * The block with a witness of 32 zero bytes in its coinbase, where that commits to witnesses and has none itself: who
 * submits a block may leave it out, since no hash covers it.
 * @throws BlockMalformed
 */
export function withCoinbaseWitness(bytes: Uint8Array): Uint8Array {
  const { header, transactions } = parseBlock(bytes);
  const [coinbase, ...others] = transactions as [Transaction, ...Transaction[]];
  const isCommitted = coinbase.outputs.some(({ script }) => startsWith(script, commitmentPrefix));
  if (!isCommitted || coinbase.isSegwit) return bytes;
  const fields = transactionFields(coinbase);
  const inputs = fields.inputs.map((input) => ({ ...input, witness: [NONCE] }));
  return serializeBlock(header, [{ ...fields, inputs }, ...others]);
}
