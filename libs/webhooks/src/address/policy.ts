import { optional, type Parser, toggle } from '@virtualchain/process';
import ipaddr from 'ipaddr.js';

/** A range of addresses, as `10.0.0.0/8` says it. */
export type Cidr = ReturnType<typeof ipaddr.parseCIDR>;

/** Ports from the first to the last. */
type Ports = readonly [first: number, last: number];

/** Which addresses may be posted to. */
export interface Policy {
  /** Addresses that are not public and may be posted to all the same. */
  readonly privateAddresses: readonly Cidr[];
  /** Whether clear text will do. */
  readonly isHttpAllowed: boolean;
  /** Null for the usual ones of the scheme. */
  readonly ports: readonly Ports[] | null;
}

/** https to its usual ports, public addresses alone. */
export const STRICT: Policy = { privateAddresses: [], isHttpAllowed: false, ports: null };

const cidrs: Parser<readonly Cidr[]> = {
  rule: 'ranges of addresses such as 10.0.0.0/8 or fd00::/8, separated by commas',
  isQuotable: true,
  parse(given) {
    const all = given.split(',').map((one) => one.trim());
    return all.every((one) => ipaddr.isValidCIDR(one)) ? all.map((one) => ipaddr.parseCIDR(one)) : undefined;
  },
};

const ports: Parser<readonly Ports[]> = {
  rule: 'ports from 1 to 65535, or ranges such as 8000-8099, separated by commas',
  isQuotable: true,
  parse(given) {
    const all = given.split(',').map((one) => /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(one.trim()));
    const ranges = all.flatMap((match): Ports[] => {
      const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
      return first >= 1 && last >= first && last <= 65_535 ? [[first, last]] : [];
    });
    return ranges.length === all.length ? ranges : undefined;
  },
};

/** Settings of who posts to webhooks, and of who takes them in. */
export const policySpec = {
  allowPrivateAddresses: optional(cidrs, {
    flag: 'allow-private-addresses',
    env: 'VCHAIN_ALLOW_PRIVATE_ADDRESSES',
    about: 'ranges that are not public and may be webhooks all the same, such as 10.1.2.0/24, separated by commas',
  }),
  allowHttpWebhooks: optional(toggle, {
    flag: 'allow-http-webhooks',
    env: 'VCHAIN_ALLOW_HTTP_WEBHOOKS',
    about: 'lets webhooks be http://, in clear text',
    fallback: false,
  }),
  webhookPorts: optional(ports, {
    flag: 'webhook-ports',
    env: 'VCHAIN_WEBHOOK_PORTS',
    about: 'ports of webhooks, such as 443,8000-8099; 443 and 8443 when absent, for http 80 and 8080',
  }),
} as const;

/** The policy that settings name. */
export function policyOf(settings: {
  readonly allowPrivateAddresses: readonly Cidr[] | undefined;
  readonly allowHttpWebhooks: boolean;
  readonly webhookPorts: readonly Ports[] | undefined;
}): Policy {
  return {
    privateAddresses: settings.allowPrivateAddresses ?? [],
    isHttpAllowed: settings.allowHttpWebhooks,
    ports: settings.webhookPorts ?? null,
  };
}
