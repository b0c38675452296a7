import { expect, test } from '@jest/globals';
import { canonicalJson } from './canonical-json.ts';

test.each([
  [
    'members sorted by UTF-16 code units',
    { '\u20ac': 1, '\r': 2, '1': 3, '\u{1f600}': 4, '\ufb33': 5 },
    '{"\\r":2,"1":3,"\u20ac":1,"\u{1f600}":4,"\ufb33":5}',
  ],
  [
    'numbers as ECMAScript writes them',
    [333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0],
    '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
  ],
  ['escapes only where needed', '\u20ac$\u000f\nA\'B"\\\\"/', '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
  ['nested, without white space', [{ b: [], a: null }, true], '[{"a":null,"b":[]},true]'],
])('RFC 8785: %s', (_what, value, wanted) => expect(canonicalJson(value)).toBe(wanted));

test('what JSON does not have is refused', () => {
  expect(() => canonicalJson(Number.NaN)).toThrow(TypeError);
  expect(() => canonicalJson('\ud800')).toThrow(TypeError);
});
