import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from '../architecture/rules.ts';
import { markdownTable, root } from './page.ts';

interface ErrorCode {
  readonly code: string;
  readonly remedy: string;
  /** Who says it: the folder. */
  readonly from: string;
  /** Its own words, or the docstring of its class up to the first tag. */
  readonly about: string;
}

/** A docstring, the class below it, and its body up to the brace in the first column. */
const CLASSES =
  /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^(?:export )?(?:abstract )?class \w+ extends \w+ \{\n([\s\S]*?)^\}/gm;
const CODE = /readonly code(?::[\s\S]*?)? ?= ?'([A-Z0-9_]+)'/;
const CODES_OF_TYPE = /readonly code:([^;=]*);/;
/** One of several codes of a class, below the comment that is its own. */
const ONE_OF_CODES = /\/\/ ([^\n]*)\n\s*\| '([A-Z0-9_]+)'/g;
const REMEDY = /readonly remedy(?:: \w+)? = '(retry|rewind|halt)'/;

/** Every code that a foreseen failure of ours may have, as the classes of the libraries and services spell them. */
export function errorCodes(): readonly ErrorCode[] {
  const files = sourceFiles(root, ['libs', 'services', 'infra']).filter((file) => !/\.(test|example)\.ts$/.test(file));
  const found = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(CLASSES)].flatMap(([, docstring = '', body = '']) =>
      codesOf(body).map(({ code, own }) => ({
        code,
        remedy: remedyOf(code, body),
        from: file.replace(/\/src\/.*/, ''),
        about: own ?? sentencesOf(docstring),
      })),
    ),
  );
  return found.sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0));
}

/** Codes, and what each means where the class has several. */
function codesOf(body: string): readonly { readonly code: string; readonly own?: string }[] {
  const single = CODE.exec(body)?.[1];
  if (single !== undefined) return [{ code: single }];
  return [...(CODES_OF_TYPE.exec(body)?.[1] ?? '').matchAll(ONE_OF_CODES)].map(([, own = '', code = '']) => ({
    code,
    own,
  }));
}

function remedyOf(code: string, body: string): string {
  const remedy = REMEDY.exec(body)?.[1];
  if (remedy === undefined)
    throw new RangeError(`the class of ${code} does not spell its remedy where this looks for it`);
  return remedy;
}

function sentencesOf(docstring: string): string {
  const text = docstring.replace(/\s*\n\s*\* ?/g, ' ').trim();
  return text.split(' @')[0] ?? '';
}

/** The table of the page, by the name of its part. */
export function errorParts(): ReadonlyMap<string, string> {
  const rows = errorCodes().map(({ code, remedy, from, about }) => [`\`${code}\``, remedy, `\`${from}\``, about]);
  return new Map([['error-codes', markdownTable(['code', 'remedy', 'said by', 'what it means'], rows)]]);
}
