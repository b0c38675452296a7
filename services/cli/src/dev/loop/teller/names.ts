import { bytesToHex, scriptAddress } from '@virtualchain/bitcoin';
import { senderScript } from '@virtualchain/testing';
import { PEOPLE } from '../../hands/people.ts';

/** Made-up people by their usual names: their scripts and addresses are told by these. */
const KNOWN = [
  ...PEOPLE,
  'erin',
  'eve',
  'frank',
  'grace',
  'heidi',
  'ivan',
  'judy',
  'mallory',
  'oscar',
  'peggy',
  'trent',
];

/** Who a script (hex) or an address belongs to; null where it is nobody's whom we know. */
export type Names = (scriptOrAddress: string) => string | null;

export function namesOf(people: readonly string[] = KNOWN): Names {
  const known = new Map(
    people.flatMap((person) => {
      const script = senderScript(person);
      return [bytesToHex(script), scriptAddress(script, 'regtest')].map((text) => [text, person] as const);
    }),
  );
  return (text) => known.get(text) ?? null;
}
