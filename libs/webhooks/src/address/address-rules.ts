import ipaddr from 'ipaddr.js';
import type { Policy } from './policy.ts';

/** The part of IPv6 that is given out to the public: what is outside of it, and ranges within it for other ends, lead elsewhere. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an IP address may be posted to: a public one, or one of a range that the policy names. Addresses that carry one of the other
 * family within them (IPv4-mapped, 6to4, NAT64, Teredo) are not public: what they lead to is decided by who translates them. Only those that
 * are mapped are looked at as the address that they are, by the policy too.
 */
export function isAllowedAddress(text: string, { privateAddresses }: Pick<Policy, 'privateAddresses'>): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  const isNamed = privateAddresses.some((range) => range[0].kind() === address.kind() && address.match(range));
  return isNamed || (isPublic(address) && ipaddr.parse(text).kind() === address.kind());
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST);
}
