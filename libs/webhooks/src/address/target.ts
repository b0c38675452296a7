import ipaddr from 'ipaddr.js';
import { AddressRefused } from '../errors.ts';
import { URL_CHARACTERS_MAX } from '../limits.ts';
import { isAllowedAddress } from './address-rules.ts';
import type { Policy } from './policy.ts';

const USUAL_PORTS: Readonly<Record<string, readonly number[]>> = { 'https:': [443, 8_443], 'http:': [80, 8_080] };
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80 };

/**
 * Reads an address that somebody wants to be posted to, and holds it to the rules that need no look-up. A URL has one spelling once
 * it is read: `http://2130706433/`, `http://0x7f.1/` and `http://0177.0.0.1/` are `http://127.0.0.1/`. Total: whatever the text, it
 * is taken or refused.
 *
 * @throws AddressRefused saying which rule it breaks
 */
export function readTarget(text: string, policy: Policy): URL {
  if (text.length > URL_CHARACTERS_MAX) throw refused(`it is longer than ${URL_CHARACTERS_MAX} characters`);
  if (!URL.canParse(text)) throw refused('it is no URL; give one such as https://receiver.example/hook');
  const url = new URL(text);
  const { protocol, port } = url;
  if (protocol !== 'https:' && !(protocol === 'http:' && policy.isHttpAllowed))
    throw refused('it has to be https:// (the operator can allow http:// with --allow-http-webhooks)');
  if (url.username !== '' || url.password !== '')
    throw refused('it has a login: what is posted is signed, check the signature instead');
  if (url.hash !== '') throw refused('it has a fragment, which is sent to nobody: leave out what stands behind #');
  const number = port === '' ? (DEFAULT_PORTS[protocol] ?? 0) : Number(port);
  if (!isAllowedPort(number, protocol, policy))
    throw refused(`port ${number} is none of those that webhooks may have (--webhook-ports)`);
  const host = hostOf(url);
  if (ipaddr.isValid(host) ? !isAllowedAddress(host, policy) : isLocalName(host, policy)) throw notPublic(host);
  return url;
}

/** The host of a URL as it is looked up: an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** What is told of a host that is not public. */
export function notPublic(host: string): AddressRefused {
  return refused(`${host} is not public (the operator can allow ranges with --allow-private-addresses)`);
}

function refused(why: string): AddressRefused {
  return new AddressRefused(`the address of the webhook is refused: ${why}`);
}

function isAllowedPort(port: number, protocol: string, { ports }: Policy): boolean {
  if (ports === null) return USUAL_PORTS[protocol]?.includes(port) === true;
  return ports.some(([first, last]) => port >= first && port <= last);
}

/** Names that are this machine's wherever they are looked up; what others lead to is told by their addresses. */
function isLocalName(host: string, { privateAddresses }: Policy): boolean {
  return privateAddresses.length === 0 && /(^|\.)localhost\.?$/i.test(host);
}
