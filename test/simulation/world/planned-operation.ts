import { dataScript, type PlannedOutput, senderScript } from '@virtualchain/testing';
import type { Random } from '../random.ts';

export const WALLETS = ['alice', 'bob', 'carol', 'dave'];
export const NAMES = ['a', 'bob', 'c3', 'satoshi', 'n0', 'n1', 'n2', 'zz', 'abcdefghijklmnop', '7', 'kv', 'q'];
const utf8 = new TextEncoder();

/** One transaction's outputs: mostly an operation that may be valid, sometimes one that is not, sometimes hostile bytes. */
export function planOperation(random: Random): { readonly wallet: string; readonly outputs: readonly PlannedOutput[] } {
  const name = random.pick(NAMES);
  const usual = WALLETS[NAMES.indexOf(name) % WALLETS.length] ?? 'alice';
  const wallet = random.chance(0.75) ? usual : random.pick(WALLETS);
  const payload = (): Uint8Array => {
    switch (random.between(0, 9)) {
      case 0:
      case 1:
      case 2:
        return utf8.encode(`+${name}`);
      case 3:
      case 4:
      case 5:
        return utf8.encode(`=${name}:${random.between(0, 99)}`);
      case 6: {
        const recipient = senderScript(random.pick(WALLETS)).subarray(3, 23);
        return Uint8Array.from([...utf8.encode(`>${name}:`), ...recipient]);
      }
      case 7:
        return utf8.encode(`-${name}`);
      case 8:
        return random.chance(0.3) ? utf8.encode(`!${name}`) : utf8.encode(`=${name}:`);
      default:
        return Uint8Array.from({ length: random.between(0, 120) }, () => random.between(0, 255));
    }
  };
  const script = random.chance(0.12) ? hostileScript(random, payload()) : dataScript(withMagic(payload()));
  const outputs: PlannedOutput[] = [{ value: 0n, script }];
  if (random.chance(0.05)) outputs.push({ value: 0n, script: dataScript(withMagic(payload())) });
  if (random.chance(0.05)) outputs.unshift({ value: 5_000n, script: senderScript(random.pick(WALLETS)) });
  return { wallet, outputs };
}

const MAGIC = [0x6b, 0x76];
const withMagic = (payload: Uint8Array): Uint8Array => Uint8Array.from([...MAGIC, ...payload]);

function hostileScript(random: Random, payload: Uint8Array): Uint8Array {
  const data = [...MAGIC, ...payload];
  const low = data.length & 255;
  return Uint8Array.from(
    random.pick([
      [0x6a],
      [0x6a, 0x00],
      [0x6a, 0x4f],
      [0x6a, 0x51],
      [0x6a, 2, ...MAGIC],
      [0x6a, 0x4c, low, ...data],
      [0x6a, 0x4d, low, 0, ...data],
      [0x6a, 0x4e, low, 0, 0, 0, ...data],
      [0x6a, 0x4c, 255, ...data],
      [0x6a, 0x4d, 255, 255, ...data],
      [0x6a, 0x4e, 255, 255, 255, 255, ...data],
      [0x6a, 0x4c],
      [0x6a, 0x4d, 1],
      [0x6a, 3, ...MAGIC, 0x2b, 1, 0x61],
      [0x6a, 5, ...MAGIC, 0x2b, 0x00, 0x41],
      [0x6a, 6, ...MAGIC, 0x2b, 0xc0, 0x80, 0xff],
      [0x6a, 6, ...MAGIC, 0x2b, 0xed, 0xa0, 0x80],
    ]),
  );
}
