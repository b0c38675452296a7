import { expect, test } from '@jest/globals';
import { formatDid, parseDid } from './did.ts';

const address = '1C1e4WLbFQT9cBtxQvFKNtvsqZUHLiDDtN';

test.each([
  [`did:stack:v0:${address}-0`, { address, index: 0 }],
  [`did:stack:v0:${address}-17`, { address, index: 17 }],
  [`did:stack:v0:${address}-017`, null],
  [`did:stack:v0:${address}--1`, null],
  [`did:stack:v0:${address}`, null],
  [`did:stack:v1:${address}-0`, null],
  [`did:stack:v0:${address}-0\n`, null],
  ['did:stack:v0:0OIl000000000000000000000-0', null],
  ['', null],
])('%j reads as %j', (text, did) => {
  expect(parseDid(text)).toEqual(did);
  if (did !== null) expect(formatDid(did)).toBe(text);
});
