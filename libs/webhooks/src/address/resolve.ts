import type { LookupAddress } from 'node:dns';
import { lookup as lookUp } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import { isAllowedAddress } from './address-rules.ts';
import type { Policy } from './policy.ts';
import { hostOf, notPublic } from './target.ts';

/** All addresses of a name, as `dns.promises.lookup` gives them. */
export type Lookup = (name: string) => Promise<readonly LookupAddress[]>;

/** As the system has it: its hosts file, then its name servers. */
export const systemLookup: Lookup = (name) => lookUp(name, { all: true });

/**
 * Looks a URL's host up, once, and checks every address that it has: a name with a public and a private address is refused, since
 * which of them is used is chance.
 *
 * @returns what may be connected to, at least one
 * @throws AddressRefused; what the look-up throws
 */
export async function resolveChecked(url: URL, policy: Policy, lookup: Lookup): Promise<readonly LookupAddress[]> {
  const host = hostOf(url);
  const all = ipaddr.isValid(host)
    ? [{ address: host, family: ipaddr.parse(host).kind() === 'ipv6' ? 6 : 4 }]
    : await lookup(host);
  if (all.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
  if (!all.every(({ address }) => isAllowedAddress(address, policy))) throw notPublic(host);
  return all;
}
