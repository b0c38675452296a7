import { codecCases } from '../../../../../../test/kit/codec-cases.ts';

codecCases('name-preorder', {
  opcode: '?',
  words: 'abababababababababababababababababababab cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd 5',
  payload:
    'ababababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd0000000000000005535441434b5300000000000000000000000000',
  value: {
    preorderHash: 'abababababababababababababababababababab',
    consensusHash: 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',
    tokens: { amount: '5', unit: 'STACKS' },
  },
  refused: [
    [
      'tokens without a unit',
      'ababababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd0000000000000000',
    ],
    [
      'a unit that is no ASCII',
      'ababababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd0000000000000000c3a90000000000000000000000000000000000',
    ],
    ['a byte short', 'abababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd'],
  ],
});
