import { expect, test } from '@jest/globals';
import { type FilterSubject, matchesFilter, parseFilter } from './filter.ts';

/** Of the first coinbase of Bitcoin, and the script that pays to it. */
const address = '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa';
const script = '76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac';
const subject: FilterSubject = {
  verdict: 'rejected',
  code: 'NAME_TAKEN',
  operation: {
    ...{ height: 120, opcode: '2b', name: 'claim', txid: 'ab'.repeat(32), payload: '616c696365' },
    decoded: {
      name: 'alice smith',
      terms: { years: 3, tags: ['a', 'b'] },
      none: null,
      amount: '340282366920938463463374607431768211455',
    },
    senders: [{ scriptPubKey: script, addresses: ['elsewhere'] }],
    outputs: [{ value: '1', script: `a914${'22'.repeat(20)}87` }],
  } as unknown as FilterSubject['operation'],
};

test.each([
  ['name=claim', true],
  ['name=Claim', false],
  ['name!=claim', false],
  ['opcode=2b and verdict=rejected and code=NAME_TAKEN', true],
  ['verdict=accepted or code=NAME_TAKEN', true],
  ['verdict=accepted or name=claim and opcode=00', false],
  ['(verdict=accepted or name=claim) and not opcode=00', true],
  ['NOT (verdict=rejected AND name=claim)', false],
  ['height>=120 and height<=120 and height=120', true],
  ['height>=121', false],
  [`txid=${'ab'.repeat(32)}`, true],
  [`sender=${script}`, true],
  ['decoded.name="alice smith"', true],
  ['decoded.terms.years=3', true],
  ['decoded.terms.tags=b', true],
  ['decoded.terms.tags=c', false],
  ['decoded.none=null', false],
  ['decoded.terms.years>=3 and decoded.terms.years<=3', true],
  ['decoded.terms.years>=4', false],
  ['decoded.amount>=340282366920938463463374607431768211455', true],
  ['decoded.amount>=340282366920938463463374607431768211456', false],
  ['decoded.name>=0', false],
  ['decoded.none<=0', false],
  ['decoded.toString=x', false],
])('%s: %s', (text, expected) => {
  expect(matchesFilter(parseFilter(text), subject)).toBe(expected);
});

test.each([
  ['', 'at character 1'],
  ['name', 'at character 5'],
  ['name=', 'a value is missing behind name='],
  ['name=claim verdict=accepted', 'at character 12, "verdict"'],
  ['nam=claim', '"nam=claim": nam is no field here: opcode, name,'],
  ['name=claim and (opcode=2b', 'a closing parenthesis is missing'],
  ['name=claim and opcode=2B', 'at character 16, "opcode=2B": an opcode is two digits of lower-case hex'],
  ['verdict="maybe"', '"verdict=\\"maybe\\"": a verdict is accepted, rejected or ignored'],
  ['name>=claim', '>= compares heights, and whole numbers in decoded'],
  ['decoded.amount>=many', '>= compares with a whole number of at most 80 digits'],
  ['sender=nobody', 'a sender is an address, or a script as hex'],
  ['decoded=x', 'decoded is no field here'],
  ['name={x}', 'at character 6'],
  ['height=-1', 'a height is a whole number'],
  ['"unclosed', 'at character 1'],
  ['('.repeat(100), '30 deep at most'],
  [`name=${'x'.repeat(5_000)}`, '4096 characters at most'],
])('%s is refused', (text, message) => {
  expect(() => parseFilter(text)).toThrow(message);
});

test('fields that cannot be asked for here are refused', () => {
  expect(() => parseFilter('verdict=accepted', ['name', 'decoded'])).toThrow(
    'verdict is no field here: name, decoded.<path>',
  );
});

test('an address is found by the script that it pays to, whether it sends or receives', () => {
  const found = (text: string) => matchesFilter(parseFilter(text), subject);
  expect(found(`sender=${address}`)).toBe(true);
  expect(found(`address=${address}`)).toBe(true);
  const receiver = `a914${'22'.repeat(20)}87`;
  expect(found(`address=${receiver}`)).toBe(true);
  expect(found(`sender=${receiver}`)).toBe(false);
});
