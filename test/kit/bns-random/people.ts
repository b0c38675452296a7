/** Who takes part in random chains: every kind of script and of key that the rules tell apart. */
import {
  bytesToHex,
  childPublicKeys,
  concatBytes,
  hash160,
  hexToBytes,
  p2pkhScript,
  p2shScript,
  parsePrivateKey,
  publicKeyOf,
  pushBytes,
  scriptAddress,
  sha256,
} from '@virtualchain/bitcoin';
import { senderPublicKey } from '@virtualchain/testing';

export interface Person {
  readonly name: string;
  readonly script: Uint8Array;
  /** Hex. */
  readonly scriptHex: string;
  /** Empty for a script that has none of the two kinds. */
  readonly address: string;
  /** Hex of the key that an operation of theirs is recorded with; null where there is none, or none that counts. */
  readonly key: string | null;
  /** What the input of a transaction of theirs shows. */
  readonly inputScript: Uint8Array;
}

function person(name: string, script: Uint8Array, inputScript: Uint8Array, key: string | null = null): Person {
  return {
    name,
    script,
    scriptHex: bytesToHex(script),
    address: scriptAddress(script, 'mainnet') ?? '',
    key,
    inputScript,
  };
}

/** Somebody whose input shows these bytes as the key; `hashed` is the key that the script pays to. */
function keyed(name: string, pushed: Uint8Array, hashed: Uint8Array = pushed): Person {
  const signature = new Uint8Array(71);
  return person(
    name,
    p2pkhScript(hash160(hashed)),
    concatBytes(pushBytes(signature), pushBytes(pushed)),
    bytesToHex(pushed),
  );
}

const seedOf = (text: string): Uint8Array => sha256(new TextEncoder().encode(text));
const compressed = (name: string): Person => keyed(name, senderPublicKey(name));

function scripted(name: string): Person {
  const redeem = seedOf(name);
  return person(name, p2shScript(hash160(redeem)), pushBytes(redeem));
}

const [inFull, raw] = ['in full', 'raw'].map((name) => publicKeyOf(parsePrivateKey(bytesToHex(seedOf(name))))) as [
  Uint8Array,
  Uint8Array,
];
const offCurve = hexToBytes(`02${'00'.repeat(31)}05`);

const launcherNames = ['ann', 'bob'];
const LAUNCHERS = launcherNames.map(compressed);

/** Keys derived from a launcher's, which may import: the last one is beyond the ring. */
export const importKeys = 3;
const CHILDREN = launcherNames.flatMap((name) =>
  childPublicKeys(senderPublicKey(name), importKeys + 1).map((key, index) => keyed(`${name}/${index}`, key)),
);

/** Buy, own and sell. */
export const TRADERS: readonly Person[] = [
  ...LAUNCHERS,
  ...['cyd', 'dan', 'eve', 'fay'].map(compressed),
  keyed('in full', inFull),
  scripted('multi gus'),
  scripted('multi hal'),
];

/** Their keys are read differently: seldom. */
export const ODD: readonly Person[] = [
  keyed('raw', raw.subarray(1), raw),
  { ...keyed('off the curve', offCurve), key: null },
  ...CHILDREN,
];

/** Neither p2pkh nor p2sh. */
export const UNSUPPORTED = person(
  'bech',
  concatBytes(Uint8Array.of(0, 20), seedOf('bech').subarray(0, 20)),
  new Uint8Array(0),
);

export const BURN = person('burn', p2pkhScript(new Uint8Array(20)), new Uint8Array(0));

export const EVERYBODY: readonly Person[] = [...TRADERS, ...ODD];
