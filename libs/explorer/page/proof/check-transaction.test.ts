import { expect, test } from '@jest/globals';
import { doubleSha256, hexToBytes, reversedHex } from '@virtualchain/bitcoin';
import type { WholeTransaction } from '../data/answers.ts';
import { checkTransaction } from './check-transaction.ts';

const DATA = '6a06'; // OP_RETURN, a push of six bytes
const transaction: WholeTransaction = {
  version: 2,
  locktime: 7,
  inputs: [{ txid: 'ab'.repeat(32), index: 1, script: '51', sequence: 4_294_967_293 }],
  outputs: [
    { value: '0', script: `${DATA}6b762b6162ff` },
    { value: '5000000000', script: '76a914' },
  ],
};
/** Written down by hand, field by field. */
const BYTES =
  `02000000 01 ${'ab'.repeat(32)} 01000000 01 51 fdffffff 02 0000000000000000 08 ${DATA}6b762b6162ff 00f2052a01000000 03 76a914 07000000`.replaceAll(
    ' ',
    '',
  );
const shown = { txid: reversedHex(doubleSha256(hexToBytes(BYTES))), opcode: '2b', payload: '6162ff' };

const holding = (of: Partial<typeof shown>, changed: Partial<WholeTransaction> = {}, magic = '6b76') =>
  checkTransaction({ ...shown, ...of }, { ...transaction, ...changed }, magic).map(({ holds }) => holds);

test('a transaction that is what it seems holds', () => expect(holding({})).toEqual([true, true]));

test.each([
  ['another id', { txid: '00'.repeat(32) }, {}, [false, true]],
  ['another payload', { payload: '6162fe' }, {}, [true, false]],
  ['another opcode', { opcode: '3d' }, {}, [true, false]],
  ['another lock time', {}, { locktime: 8 }, [false, true]],
  ['no outputs', {}, { outputs: [] }, [false, false]],
  ['outputs that do not read', {}, { outputs: [{ value: 'x', script: '' }] }, [false]],
  ['scripts that are no hex', {}, { outputs: [{ value: '1', script: 'zz' }] }, [false]],
])('%s does not', (_what, of, changed, steps) => expect(holding(of, changed)).toEqual(steps));

test('a payload of other magic bytes is not that of the chain', () =>
  expect(holding({}, {}, '6964')).toEqual([true, false]));

test('where a chain has no magic bytes, the payload is all that there is', () => {
  expect(holding({ opcode: '6b', payload: '762b6162ff' }, {}, '')).toEqual([true, true]);
  expect(holding({ opcode: '76', payload: '2b6162ff' }, {}, '')).toEqual([true, false]);
});
