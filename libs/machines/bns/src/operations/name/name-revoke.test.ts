import { codecCases } from '../../../../../../test/kit/codec-cases.ts';

codecCases('name-revoke', {
  opcode: '~',
  words: 'foo.test',
  payload: '666f6f2e74657374',
  value: { name: 'foo.test' },
  refused: [
    ['padding', '666f6f2e7465737400'],
    ['a single byte', '61'],
  ],
});
