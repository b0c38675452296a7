import { codecCases } from '../../../../../../test/kit/codec-cases.ts';

codecCases('namespace-preorder', {
  opcode: '*',
  words: 'abababababababababababababababababababab cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd 6400000000',
  payload: 'ababababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd000000017d784000',
  value: {
    preorderHash: 'abababababababababababababababababababab',
    consensusHash: 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',
    tokens: '6400000000',
  },
  refused: [
    ['without tokens', 'ababababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd'],
    ['a byte too long', 'ababababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd000000000000000000'],
  ],
});
