import { bytesToHex, doubleSha256, hexToBytes } from '@virtualchain/bitcoin';
import { serializeOperation } from '@virtualchain/machine';
import { AN_ERROR, type Case } from '../case.ts';
import { fieldValues, type TypedFields } from '../typed-value.ts';
import { echoChain } from './echo-machine.ts';

interface SerializeOpVectors {
  readonly cases: readonly {
    readonly opcode_hex: string;
    readonly field_order: readonly string[];
    readonly op: TypedFields;
    readonly label?: string;
    readonly serialized_hex?: string;
    readonly double_sha256_hex?: string;
    readonly error?: string;
  }[];
  readonly unknown_opcode_returns_null: boolean;
}

export function* serializeOpCases({ cases, unknown_opcode_returns_null }: SerializeOpVectors): Iterable<Case> {
  for (const [
    index,
    { opcode_hex, field_order, op, label, serialized_hex, double_sha256_hex, error },
  ] of cases.entries()) {
    yield {
      name: `cases.${index}${label === undefined ? '' : ` (${label})`}`,
      expected: error === undefined ? { serialized_hex, double_sha256_hex } : AN_ERROR,
      actual: () => {
        const serialized = serializeOperation(hexToBytes(opcode_hex), field_order, fieldValues(op));
        return { serialized_hex: bytesToHex(serialized), double_sha256_hex: bytesToHex(doubleSha256(serialized)) };
      },
    };
  }
  if (!unknown_opcode_returns_null) return;
  yield {
    name: 'unknown_opcode_returns_null (a block that holds such an op cannot be processed)',
    expected: AN_ERROR,
    actual: async () => {
      const fold = await echoChain({ first_block: 1, initial_snapshots: { 0: '00'.repeat(16) }, opfields: [] });
      return fold.connect(1, [{ opcode_hex: '78', txid: '11'.repeat(32), vtxindex: 1, accept: true, fields: {} }]);
    },
  };
}
