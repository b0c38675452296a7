import { codecCases } from '../../../../../../test/kit/codec-cases.ts';

codecCases('name-transfer', {
  opcode: '>',
  words: 'foo.test cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd drop',
  payload: '7e7727f568dd9d36d5c777c024da599473cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',
  value: {
    keepsValue: false,
    nameHash: '7727f568dd9d36d5c777c024da599473',
    consensusHash: 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',
  },
  refused: [
    ['an unknown flag', '210000000000000000000000000000000000000000000000000000000000000000'],
    ['no flag', '0000000000000000000000000000000000000000000000000000000000000000'],
  ],
});
