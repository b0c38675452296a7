import { readFileSync } from 'node:fs';
import type { Parser } from './setting.ts';

/** Text that is not empty or blank. */
export const text: Parser<string> = {
  rule: 'text that is not empty',
  isQuotable: true,
  parse: (given) => (given.trim() === '' ? undefined : given),
};

/** A whole number within bounds, both included. */
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

/** One of these words. */
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

/**
 * A URL kept as text, since its client reads it: `problemsOf` is that client's own list of what is wrong with one, empty
 * for a good one, and without what may be secret.
 */
export function clientUrl(rule: string, problemsOf: (url: string) => readonly string[]): Parser<string> {
  return {
    rule,
    isQuotable: false,
    parse: (given) => (problemsOf(given).length === 0 ? given : undefined),
    problemsOf,
  };
}

/** What is wrong with a URL that is to be asked over HTTP. */
export function problemsOfHttpUrl(url: string): readonly string[] {
  const isHttp = URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
  return isHttp ? [] : ['is no http:// or https:// URL'];
}

/** Several of them, between commas; each problem says which one has it. */
export function clientUrls(rule: string, problemsOf: (url: string) => readonly string[]): Parser<readonly string[]> {
  const urls = (given: string): readonly string[] => given.split(',').map((url) => url.trim());
  const problemsOfAll = (given: string): readonly string[] => {
    const all = urls(given);
    return all.flatMap((url, index) =>
      problemsOf(url).map((problem) => (all.length === 1 ? problem : `(URL ${index + 1} of ${all.length}) ${problem}`)),
    );
  };
  return {
    rule,
    isQuotable: false,
    parse: (given) => (problemsOfAll(given).length === 0 ? urls(given) : undefined),
    problemsOf: problemsOfAll,
  };
}

/** PEM as text, or the path of a file that holds it. */
export const pem: Parser<string> = {
  rule: 'a PEM text, or the path of a file that holds one',
  isQuotable: false,
  parse(given) {
    const content = PEM.test(given) ? given : readOrNothing(given);
    return content !== undefined && PEM.test(content) ? content : undefined;
  },
};

const PEM = /-----BEGIN [A-Z0-9 ]+-----/;

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Names or modules of definitions, between commas. */
export const moduleNames: Parser<readonly string[]> = {
  rule: 'names or modules, separated by commas',
  isQuotable: true,
  parse(given) {
    const all = given.split(',').map((one) => one.trim());
    return all.every((one) => one !== '') ? all : undefined;
  },
};

/** Addresses between commas: `host:port,host:port`. */
export const addresses: Parser<readonly string[]> = {
  rule: 'addresses host:port, separated by commas, with ports from 1 to 65535',
  isQuotable: false, // people put user:password@ here, too
  parse(given) {
    const list = given.split(',').map((address) => address.trim());
    return list.every(isAddress) ? list : undefined;
  },
};

function isAddress(text: string): boolean {
  const found = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+):(\d{1,5})$/i.exec(text)?.[2];
  return found !== undefined && Number(found) >= 1 && Number(found) <= 65_535;
}
