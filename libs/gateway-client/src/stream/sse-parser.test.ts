import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSseParser } from './sse-parser.ts';

test.each([
  ['an event', 'id: 1\nevent: a\ndata: {"b":1}\n\n', [{ id: '1', event: 'a', data: '{"b":1}' }]],
  ['one without a name', 'data: x\n\n', [{ id: null, event: 'message', data: 'x' }]],
  ['data of several lines', 'data: x\ndata:y\n\n', [{ id: null, event: 'message', data: 'x\ny' }]],
  ['lines that end with a return', 'id:7\r\rdata:x\r\r', [{ id: '7', event: 'message', data: 'x' }]],
  [
    'comments, retry and unknown fields',
    ': hello\nretry: 1000\nfield: y\ndata\n\n',
    [{ id: null, event: 'message', data: '' }],
  ],
  [
    'an id that stays',
    'id: 1\ndata: a\n\ndata: b\n\n',
    ['a', 'b'].map((data) => ({ id: '1', event: 'message', data })),
  ],
  ['an event that is not ended', 'id: 1\ndata: a', []],
  ['an event that the end of the stream cuts', 'id: 1\ndata: a\n', []],
])('server-sent events: %s', (_what, text, expected) => expect(createSseParser()(text)).toEqual(expected));

const fields = fc.constantFrom('id: 1', 'id:', 'event: a', 'data: {"x": "é"}', 'data', 'data:a:b', ': c', '');
const text = fc
  .array(fc.tuple(fields, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 30 })
  .map((lines) => lines.map(([line, end]) => line + end).join(''));

test('wherever the text is cut, the events are the same', () =>
  fc.assert(
    fc.property(text, fc.array(fc.nat(200), { maxLength: 8 }), (whole, cuts) => {
      const places = [0, ...cuts.map((at) => at % (whole.length + 1)).sort((a, b) => a - b), whole.length];
      const parse = createSseParser();
      const found = places.slice(1).flatMap((end, i) => parse(whole.slice(places[i], end)));
      expect(found).toEqual(createSseParser()(whole));
    }),
    { numRuns: 500 },
  ));
