import { codecCases } from '../../../../../../test/kit/codec-cases.ts';

codecCases('namespace-reveal', {
  opcode: '&',
  words: 'test 52595 250 4 6543210000000000 10 10 1',
  payload: '0000cd73fa046543210000000000aa000174657374',
  value: {
    lifetime: 52595,
    coeff: 250,
    base: 4,
    buckets: [6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    nonAlphaDiscount: 10,
    noVowelDiscount: 10,
    version: 1,
    namespaceId: 'test',
  },
  refused: [
    ['an unknown version', '0000cd73fa046543210000000000aa000474657374'],
    ['a discount of zero', '0000cd73fa0465432100000000000a000174657374'],
    ['no namespace', '0000cd73fa046543210000000000aa0001'],
    ['a namespace in upper case', '0000cd73fa046543210000000000aa000154455354'],
  ],
});
