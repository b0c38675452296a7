import type { Parser } from './setting.ts';

export const text: Parser<string> = {
  rule: 'text that is not empty',
  isQuotable: true,
  parse: (given) => (given.trim() === '' ? undefined : given),
};

export function integer({ min = 0, max = Number.MAX_SAFE_INTEGER } = {}): Parser<number> {
  return {
    rule: `an integer from ${min} to ${max}`,
    isQuotable: true,
    parse(given) {
      const value = Number(given);
      return /^-?\d+$/.test(given) && value >= min && value <= max ? value : undefined;
    },
  };
}

/** A TCP port; 0 takes a free one. */
export const port: Parser<number> = integer({ min: 0, max: 65_535 });

export function oneOf<const Choice extends string>(...choices: readonly Choice[]): Parser<Choice> {
  return {
    rule: `one of ${choices.join(', ')}`,
    isQuotable: true,
    parse: (given) => choices.find((choice) => choice === given),
  };
}

/** On or off. As a flag it may stand alone: `--feed`. */
export const toggle: Parser<boolean> = {
  rule: 'true or false',
  isQuotable: true,
  parse: (given) => ({ true: true, '1': true, false: false, '0': false })[given],
};

/** A URL of one of the schemes, kept as text: clients take it as it was given. */
export function url(...schemes: readonly string[]): Parser<string> {
  return {
    rule: `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    isQuotable: false,
    parse(given) {
      if (!URL.canParse(given)) return undefined;
      const { protocol, hostname } = new URL(given);
      return schemes.includes(protocol.slice(0, -1)) && hostname !== '' ? given : undefined;
    },
  };
}

/** Addresses between commas: `host:port,host:port`. */
export const addresses: Parser<readonly string[]> = {
  rule: 'addresses host:port, separated by commas',
  isQuotable: false, // people put user:password@ here, too
  parse(given) {
    const list = given.split(',').map((address) => address.trim());
    return list.every((address) => /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+):\d{1,5}$/i.test(address)) ? list : undefined;
  },
};
