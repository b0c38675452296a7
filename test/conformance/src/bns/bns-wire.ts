import {
  bytesToHex,
  childPublicKeys,
  height as heightOf,
  hexToBytes,
  NULL_HASH,
  publicKeyAddress,
  type Sats,
  serializeTransaction,
  type Txid,
} from '@virtualchain/bitcoin';
import { LegacyFloat, opsHash, serializeOperation } from '@virtualchain/machine';
import {
  type BnsOperation,
  base40Hex,
  bnsChain,
  bnsMachine,
  epochAt,
  hash128,
  importRing,
  isName,
  isNamespace,
  microStacksPrice,
  nameConsensusHash,
  namespacePrice,
  type PriceFunction,
  preorderHash,
  readParameters,
  satoshiPrice,
} from '@virtualchain/machine-bns';
import type { Case } from '../case.ts';
import { bnsOperation } from './bns-events.ts';
import { originalFields } from './bns-parsed.ts';
import type { BnsWireVectors, Fields, WireCase } from './bns-wire-schema.ts';

const RULES = readParameters({});
const epochOf = (height: number) => epochAt(height, RULES.epochEnds);

export function* bnsWireCases(vectors: BnsWireVectors): Iterable<Case> {
  for (const each of vectors.wire)
    yield { name: `wire: ${each.id}`, expected: each.parsed, actual: () => parsedBy(each) };
  for (const each of vectors.preorder_hash) {
    yield {
      name: `preorder hash of ${each.id_string}`,
      expected: [each.b40_big_endian_hex, each.preorder_hash],
      actual: () => [
        base40Hex(each.id_string),
        preorderHash(each.id_string, each.sender_script_hex, each.register_or_reveal_address),
      ],
    };
  }
  const { doc_example: documented } = vectors;
  yield { name: 'hash128 of the document', expected: documented.hash128, actual: () => hash128(documented.input) };
  for (const { name, consensus_hash, ...expected } of vectors.hash128) {
    yield {
      name: `hash128 of ${name} and ${consensus_hash}`,
      expected,
      actual: () => ({ name_hash128: hash128(name), name_consensus_hash: nameConsensusHash(name, consensus_hash) }),
    };
  }
  for (const { name, valid_name } of vectors.name_validity)
    yield { name: `name ${JSON.stringify(name)}`, expected: valid_name, actual: () => isName(name) };
  for (const { namespace_id: id, valid_namespace } of vectors.namespace_validity)
    yield { name: `namespace ${JSON.stringify(id)}`, expected: valid_namespace, actual: () => isNamespace(id) };
  yield* priceCases(vectors);
  yield* ringCases(vectors.import_key_ring);
  for (const { int, text } of vectors.py2_float_text) {
    yield {
      name: `float text of ${int}`,
      expected: text,
      actual: () => asText(serializeOperation(0x3a, ['fee'], { fee: new LegacyFloat(Number(int)) })).split(':')[3],
    };
  }
  yield* mainnetCases(vectors);
}

function* priceCases({ name_price, namespaces, namespace_price }: BnsWireVectors): Iterable<Case> {
  for (const each of name_price) {
    const { height, label, namespace, price, price_in_stacks_micro, python_type, units } = each;
    yield {
      name: `price of ${label} in ${namespace} at ${height}`,
      expected: { price, isFloat: python_type === 'float', micro: price_in_stacks_micro ?? null },
      actual: () => {
        const prices = namespaces[namespace] as PriceFunction;
        const inTokens = units !== 'satoshi';
        const made = inTokens ? microStacksPrice(label, prices) : satoshiPrice(label, prices, epochOf(height));
        return {
          price: made instanceof LegacyFloat ? made.value : Number(made),
          isFloat: made instanceof LegacyFloat,
          micro: price_in_stacks_micro === undefined ? null : Number(microStacksPrice(label, prices)),
        };
      },
    };
  }
  for (const { height, namespace_id, ...expected } of namespace_price) {
    yield {
      name: `price of namespace ${JSON.stringify(namespace_id)} at ${height}`,
      expected,
      actual: () => {
        const price = namespacePrice(namespace_id, epochOf(height));
        const amountIn = (unit: string) => (price?.unit === unit ? Number(price.amount) : null);
        return { btc_satoshi: amountIn('BTC'), microstacks: amountIn('STACKS') };
      },
    };
  }
}

function* ringCases({ pubkey, own_address, children, child_pubkeys }: BnsWireVectors['import_key_ring']) {
  const addresses = [own_address, ...Object.values(children)];
  yield {
    name: 'addresses of the import key ring',
    expected: addresses,
    actual: () => {
      const ring = importRing(pubkey, RULES);
      return [ring[0], ...Object.keys(children).map((index) => ring[Number(index) + 1])];
    },
  };
  yield {
    name: 'keys of the import key ring',
    expected: child_pubkeys,
    actual: () => {
      const keys = childPublicKeys(hexToBytes(pubkey), RULES.importKeys);
      return Object.fromEntries(
        Object.keys(child_pubkeys).map((index) => [index, bytesToHex(keys[Number(index)] ?? new Uint8Array(0))]),
      );
    },
  };
  yield {
    name: 'the own address of the import key ring',
    expected: own_address,
    actual: () => publicKeyAddress(hexToBytes(pubkey), 'mainnet'),
  };
}

/** What the main network really had: published hashes and records. */
function* mainnetCases({
  real_mainnet_name_history: history,
  real_mainnet_ops: block,
}: BnsWireVectors): Iterable<Case> {
  if (history !== undefined) {
    const { hash, register_address, sender_script_hex } = history.preorder_hash;
    yield {
      name: `mainnet: ${history.name}`,
      expected: [hash, history.name_hash128],
      actual: () => [preorderHash(history.name, sender_script_hex, register_address), hash128(history.name)],
    };
  }
  if (block === undefined) return;
  const hashedFields = bnsMachine({}, bnsChain({})).hashedFields;
  const serialized = () =>
    block.ops.map((fields) => {
      const opcode = String(fields['op']).charCodeAt(0);
      return serializeOperation(opcode, hashedFields[opcode] ?? [], fields as Parameters<typeof serializeOperation>[2]);
    });
  yield {
    name: 'mainnet: serialised operations of a block',
    expected: block.serialized.map((each) => each.serialized),
    actual: () => serialized().map(asText),
  };
  yield {
    name: 'mainnet: ops hash of a block',
    expected: block.ops_hash_of_this_subset,
    actual: () => opsHash(serialized()),
  };
}

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** What our parser makes of a transaction, in the words of the original; null when it refuses. */
function parsedBy({ height, tx }: WireCase): Fields | null {
  const { sender_pubkey_hex_in_scriptsig: key, outputs, ...said } = tx;
  const input = {
    txid: '11'.repeat(32) as Txid,
    index: 0,
    script: key === null ? new Uint8Array(0) : hexToBytes(`47${'00'.repeat(71)}${(key.length / 2).toString(16)}${key}`),
    sequence: 0xffffffff,
    witness: [],
  };
  const rawtx = bytesToHex(
    serializeTransaction({
      version: 1,
      inputs: [input],
      outputs: outputs.map(({ value, script }) => ({ value: BigInt(value) as Sats, script: hexToBytes(script) })),
      locktime: 0,
    }),
  );
  const operation = bnsOperation(
    { ...said, rawtx, accepted: true, serialized_for_consensus: null },
    { height: heightOf(height), blockHash: NULL_HASH, position: 0 },
  );
  if (operation === null) return null;
  const parsed = bnsMachine({}, bnsChain({})).parse({ ...operation, schema: 1, log: '', epoch: 1, sequence: 1 }) as
    | BnsOperation
    | { readonly kind: 'ignored' };
  return parsed.kind === 'ignored' ? null : originalFields(parsed);
}
