import { expect, test } from '@jest/globals';
import ipaddr from 'ipaddr.js';
import { isAllowedAddress } from './address-rules.ts';
import { type Policy, policySpec, STRICT } from './policy.ts';
import { readTarget } from './target.ts';

const LENIENT: Policy = { ...STRICT, isHttpAllowed: true, ports: [[1, 65_535]] };
const refusal = (url: string, policy = LENIENT): string | null => {
  try {
    readTarget(url, policy);
    return null;
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`;
  }
};

test.each([
  ['loopback', 'http://127.0.0.1/'],
  ['loopback elsewhere in its range', 'http://127.8.9.10/'],
  ['loopback as one decimal number', 'http://2130706433/'],
  ['loopback in octal', 'http://0177.0.0.01/'],
  ['loopback in hex', 'http://0x7f000001/'],
  ['loopback, cut short', 'http://127.1/'],
  ['loopback in digits of another script', 'http://１２７.０.０.１/'],
  ['loopback with a percent sign', 'http://127%2e0.0.1/'],
  ['loopback of IPv6', 'http://[::1]/'],
  ['loopback, IPv4-mapped', 'http://[::ffff:127.0.0.1]/'],
  ['loopback, IPv4-mapped in hex', 'http://[::ffff:7f00:1]/'],
  ['a public address, IPv4-mapped', 'http://[::ffff:8.8.8.8]/'],
  ['loopback, IPv4-compatible', 'http://[::127.0.0.1]/'],
  ['loopback behind 6to4', 'http://[2002:7f00:1::]/'],
  ['a private address behind 6to4', 'http://[2002:c0a8:101::1]/'],
  ['loopback behind NAT64', 'http://[64:ff9b::7f00:1]/'],
  ['loopback behind a local NAT64', 'http://[64:ff9b:1::7f00:1]/'],
  ['loopback behind Teredo', 'http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/'],
  ['this network', 'http://0.0.0.0/'],
  ['this network, cut short', 'http://0/'],
  ['nothing in IPv6', 'http://[::]/'],
  ['10.0.0.0/8', 'http://10.1.2.3/'],
  ['172.16.0.0/12', 'http://172.31.255.255/'],
  ['192.168.0.0/16', 'http://192.168.1.1/'],
  ['carrier-grade NAT', 'http://100.64.0.1/'],
  ['link-local, where clouds keep their secrets', 'http://169.254.169.254/'],
  ['link-local of IPv6', 'http://[fe80::1]/'],
  ['site-local of IPv6', 'http://[fec0::1]/'],
  ['unique local of IPv6', 'http://[fd00:ec2::254]/'],
  ['multicast', 'http://224.0.0.1/'],
  ['multicast of IPv6', 'http://[ff02::1]/'],
  ['broadcast', 'http://255.255.255.255/'],
  ['reserved', 'http://240.0.0.1/'],
  ['for documents', 'http://192.0.2.1/'],
  ['for documents of IPv6', 'http://[2001:db8::1]/'],
  ['for benchmarks', 'http://198.18.0.1/'],
  ['for protocols', 'http://192.0.0.8/'],
  ['a name of this machine', 'http://localhost/'],
  ['a name below it', 'http://db.localhost/'],
  ['the same in capitals, with a dot', 'http://LOCALHOST./'],
])('%s is refused before anything is looked up: %s', (_what, url) => {
  expect(refusal(url)).toMatch(/^ADDRESS_REFUSED: .*is not public/);
});

test.each([
  ['no URL', 'receiver', /no URL/],
  ['another scheme', 'ftp://receiver.example/', /https/],
  ['a file', 'file:///etc/passwd', /https/],
  ['data', 'data:text/plain,hello', /https/],
  ['a login', 'https://me:word@receiver.example/', /login/],
  ['a fragment', 'https://receiver.example/#part', /fragment/],
  ['what is too long', `https://receiver.example/${'a'.repeat(2_048)}`, /longer/],
])('%s is refused', (_what, url, why) => {
  expect(refusal(url)).toMatch(why);
});

test('by itself https alone, at its usual ports', () => {
  expect(refusal('https://receiver.example/hook?a=b', STRICT)).toBeNull();
  expect(refusal('https://receiver.example:8443/', STRICT)).toBeNull();
  expect(refusal('https://8.8.8.8/', STRICT)).toBeNull();
  expect(refusal('https://[2606:4700:4700::1111]/', STRICT)).toBeNull();
  expect(refusal('https://receiver.example:5432/', STRICT)).toMatch(/port 5432/);
  expect(refusal('https://receiver.example:80/', STRICT)).toMatch(/port 80/);
  expect(refusal('http://receiver.example/', STRICT)).toMatch(/--allow-http-webhooks/);
  expect(refusal('http://receiver.example/', { ...STRICT, isHttpAllowed: true })).toBeNull();
});

test('settings allow ranges, and nothing beside them', () => {
  const privateAddresses = policySpec.allowPrivateAddresses.parser.parse('10.1.2.0/24, fd00::/8, 127.0.0.1/32') ?? [];
  const allowed = (address: string) => isAllowedAddress(address, { privateAddresses });
  expect(['10.1.2.3', 'fd00::1', '127.0.0.1', '::ffff:10.1.2.3', '8.8.8.8'].map(allowed)).toEqual(Array(5).fill(true));
  expect(['10.1.3.3', 'fe80::1', '127.0.0.2', '::ffff:10.1.3.3', '64:ff9b::a01:203'].map(allowed)).toEqual(
    Array(5).fill(false),
  );
  expect(isAllowedAddress('no address', { privateAddresses })).toBe(false);
  expect(policySpec.allowPrivateAddresses.parser.parse('10.1.2.3')).toBeUndefined();
  expect(policySpec.webhookPorts.parser.parse('443, 8000-8099')).toEqual([
    [443, 443],
    [8_000, 8_099],
  ]);
  for (const wrong of ['0', '65536', '9-8', '', '80,'])
    expect(policySpec.webhookPorts.parser.parse(wrong)).toBeUndefined();
});

test('every address of a range that is not public is refused, whichever it is', () => {
  const ranges = ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'];
  for (const range of [...ranges, '192.168.0.0/16', '224.0.0.0/4', '240.0.0.0/4']) {
    const first = ipaddr.IPv4.networkAddressFromCIDR(range).toString();
    const last = ipaddr.IPv4.broadcastAddressFromCIDR(range).toString();
    expect({ range, first: isAllowedAddress(first, STRICT), last: isAllowedAddress(last, STRICT) }).toEqual({
      ...{ range, first: false, last: false },
    });
  }
});
