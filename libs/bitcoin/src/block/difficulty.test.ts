import { describe, expect, test } from '@jest/globals';
import { encodeCompact, type HeaderView, headersNeededFrom, isTimewarp, requiredBits } from '../index.ts';

const EASIEST = 0x1d00ffff;
const HARD = 0x1c0ffff0;
const minutes = 60;

/** Headers of one interval: `bits` at each height, ten minutes apart but where `times` says otherwise. */
function view(
  bits: (height: number) => number,
  times: Readonly<Record<number, number>> = {},
): HeaderView & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    at: (height) => {
      asked.push(height);
      return { bits: bits(height), time: times[height] ?? height * 10 * minutes };
    },
  };
}

test('within an interval a block of the main network has the bits of its parent', () => {
  expect(
    requiredBits(
      'mainnet',
      view(() => HARD),
      2017,
      9e9,
    ),
  ).toBe(HARD);
  expect(
    requiredBits(
      'signet',
      view(() => 0x1e0377ae),
      5,
      9e9,
    ),
  ).toBe(0x1e0377ae);
});

/** Published retargets of the main network: Core's own test of them. */
test.each([
  ['32256', 1261130161, 1262152739, 0x1d00ffff, 0x1d00d86a],
  ['the limit', 1231006505, 1233061996, 0x1d00ffff, 0x1d00ffff],
  ['68544, a quarter at least', 1279008237, 1279297671, 0x1c05a3f4, 0x1c0168fd],
  ['46368, fourfold at most', 1263163443, 1269211443, 0x1c387f6f, 0x1d00e1fd],
])('retarget at %s', (_what, firstTime, lastTime, bits, expected) => {
  const interval = view(() => bits, { 2016: firstTime, 4031: lastTime });
  expect(requiredBits('mainnet', interval, 4032, 0)).toBe(expected);
});

test('the interval of a block of signet is retargeted up to its own limit', () => {
  const slow = view(() => 0x1e0377ae, { 0: 0, 2015: 9e8 });
  expect(requiredBits('signet', slow, 2016, 0)).toBe(0x1e0377ae);
  const fast = view(() => 0x1e0377ae, { 0: 0, 2015: 1 });
  expect(requiredBits('signet', fast, 2016, 0)).toBe(encodeCompact(0x377aen << 214n));
});

describe.each(['testnet3', 'testnet4'])('%s', (network) => {
  const parentTime = 3000 * 10 * minutes;

  test('a block 20 minutes after its parent may be easy', () => {
    const hard = view(() => HARD);
    expect(requiredBits(network, hard, 3001, parentTime + 20 * minutes + 1)).toBe(EASIEST);
    expect(requiredBits(network, hard, 3001, parentTime + 20 * minutes)).toBe(HARD);
  });

  test('after easy blocks the bits are those of the newest one that was not', () => {
    const easyFrom = view((height) => (height >= 2900 ? EASIEST : HARD));
    expect(requiredBits(network, easyFrom, 3001, parentTime + 1)).toBe(HARD);
    const allEasy = view(() => EASIEST);
    expect(requiredBits(network, allEasy, 3001, parentTime + 1)).toBe(EASIEST);
    expect(Math.min(...allEasy.asked)).toBe(2016);
  });
});

test('an easy last block resets testnet3, and does not reset testnet4 (BIP94)', () => {
  const easyLast = view((height) => (height === 4031 ? EASIEST : HARD), { 2016: 0, 4031: 14 * 24 * 3600 });
  expect(requiredBits('testnet3', easyLast, 4032, 0)).toBe(EASIEST);
  expect(requiredBits('testnet4', easyLast, 4032, 0)).toBe(encodeCompact(0x0ffff0n << 200n));
});

test('the first block of an interval of testnet4 is not far older than its parent (BIP94)', () => {
  const blocks = view(() => HARD);
  const parentTime = 4031 * 10 * minutes;
  expect(isTimewarp('testnet4', blocks, 4032, parentTime - 601)).toBe(true);
  expect(isTimewarp('testnet4', blocks, 4032, parentTime - 600)).toBe(false);
  expect(isTimewarp('testnet4', blocks, 4033, 0)).toBe(false);
  expect(isTimewarp('testnet3', blocks, 4032, 0)).toBe(false);
});

test('every block of regtest is as easy as can be, and needs no headers', () => {
  const nothing: HeaderView = { at: () => undefined };
  expect(requiredBits('regtest', nothing, 2016, 0)).toBe(0x207fffff);
  expect(requiredBits('another', nothing, 2016, 0)).toBeNull();
});

test('a header of the interval that is missing is a bug of the caller', () => {
  expect(() => requiredBits('mainnet', { at: () => undefined }, 2016, 0)).toThrow('no header at 2015');
  expect([2015, 2016, 2017, 4032].map(headersNeededFrom)).toEqual([0, 0, 2016, 2016]);
});
