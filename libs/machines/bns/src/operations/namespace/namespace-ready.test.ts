import { codecCases } from '../../../../../../test/kit/codec-cases.ts';

codecCases('namespace-ready', {
  opcode: '!',
  words: 'test',
  payload: '2e74657374',
  value: { namespaceId: 'test' },
  refused: [
    ['no dot', '74657374'],
    ['a dot alone', '2e'],
    ['a NUL at the end', '2e7465737400'],
  ],
});
