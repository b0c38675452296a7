import { codecCases } from '../../../../../../test/kit/codec-cases.ts';

codecCases('name-import', {
  opcode: ';',
  words: 'foo.test',
  payload: '666f6f2e74657374',
  value: { name: 'foo.test' },
  refused: [
    ['a line feed at the end', '666f6f2e746573740a'],
    ['padding', '666f6f2e7465737400'],
    ['two dots', '612e622e63'],
  ],
});
