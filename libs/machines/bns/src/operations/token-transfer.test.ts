import { codecCases } from '../../../../../test/kit/codec-cases.ts';

codecCases('token-transfer', {
  opcode: '$',
  words: 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd 123456789 hello',
  payload: 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd535441434b530000000000000000000000000000000000075bcd1568656c6c6f',
  value: {
    consensusHash: 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',
    unit: 'STACKS',
    amount: '123456789',
    scratch: '68656c6c6f',
  },
  refused: [['no amount', 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd535441434b530000000000000000000000000000000000000000']],
});
