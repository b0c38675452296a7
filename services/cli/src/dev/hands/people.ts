import { encodeWif } from '@virtualchain/bitcoin';
import { createLedger, createWallet, privateKeyOf, REGTEST_GENESIS } from '@virtualchain/testing';
import { QueryInvalid } from '../../values.ts';

/** Whose coins the coinbases are. */
export const MINER = 'miner';
/** Who has coins from the beginning. */
export const PEOPLE = ['alice', 'bob', 'carol', 'dave'] as const;
/** A made-up person is a name: the key is made from it, and the same everywhere. */
const PERSON = /^[a-z][a-z0-9-]{0,31}$/;

/** How a made-up person is known on the chain. */
export interface Person {
  readonly name: string;
  /** Compressed, WIF of test networks. */
  readonly key: string;
  /** P2PKH on regtest. */
  readonly address: string;
  /** Hex. */
  readonly script: string;
}

/** @throws QueryInvalid */
export function checkPerson(name: string): void {
  if (PERSON.test(name) && name !== MINER) return;
  throw new QueryInvalid(
    `${JSON.stringify(name)} is no name of a person: up to 32 of a-z, 0-9 and -, a letter first, and not ${MINER}; give one such as alice`,
  );
}

/** @throws QueryInvalid */
export function personOf(name: string): Person {
  checkPerson(name);
  const { address, script } = createWallet(name, createLedger(), () => REGTEST_GENESIS.hash);
  const key = encodeWif({ bytes: privateKeyOf(name), isCompressed: true }, 'regtest');
  return { name, key, address, script: Buffer.from(script).toString('hex') };
}
