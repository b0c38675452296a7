import { readFileSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { causesOf } from '@virtualchain/kernel';
import type { Place } from './messages.ts';

/** A line that begins a stack where a module does not parse: its file and line, the line itself, and what is wrong there. */
const PARSING = /^((?:file:\/\/)?\/.+|file:\/\/\/.+|[A-Za-z]:\\.+):(\d+)\n([^\n]*\n)*?([ \t]*)\^/;
/** A frame of a stack: `at name (file:line:column)`, or without a name. */
const FRAME = /^\s+at .*?\(?((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()]*):(\d+):(\d+)\)?$/gm;
/** What an import of something absent says. */
const IMPORTED_FROM = / imported from (.+)$/;

/**
 * The place in the author's own source that an error came from: where a module does not parse, or the innermost frame whose
 * file is in the folder and no package of others. Null where no cause of the error names one.
 */
export function placeOf(error: unknown, folder: string, readFile: ReadFile = readText): Place | null {
  // The innermost cause is what was thrown; those around it say what came of it.
  for (const { stack, message } of causesOf(error).toReversed()) {
    const found = placeInStack(String(stack ?? ''), folder) ?? placeOfImport(String(message ?? ''), folder, readFile);
    if (found === null) continue;
    const text = found.line === null ? null : (lineOf(readFile(found.path), found.line) ?? null);
    return { file: shown(found.path, folder), line: found.line, column: found.column, text };
  }
  return null;
}

type ReadFile = (path: string) => string | null;

interface Found {
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
}

function placeInStack(stack: string, folder: string): Found | null {
  const parsing = PARSING.exec(stack);
  if (parsing !== null) {
    const [, file = '', line = '', , before = ''] = parsing;
    const path = pathOf(file);
    if (isOwn(path, folder)) return { path, line: Number(line), column: before.length + 1 };
  }
  for (const [, file = '', line = '', column = ''] of stack.matchAll(FRAME)) {
    const path = pathOf(file);
    if (isOwn(path, folder)) return { path, line: Number(line), column: Number(column) };
  }
  return null;
}

/** The line that imports what is not there. */
function placeOfImport(message: string, folder: string, readFile: ReadFile): Found | null {
  const from = IMPORTED_FROM.exec(message)?.[1];
  if (from === undefined) return null;
  const path = pathOf(from);
  if (!isOwn(path, folder)) return null;
  const missing = /^Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1] ?? '';
  const name = missing.slice(missing.lastIndexOf('/') + 1);
  const lines = (readFile(path) ?? '').split('\n');
  const line = lines.findIndex((text) => /['"]/.test(text) && text.includes(name) && name !== '');
  return { path, line: line < 0 ? null : line + 1, column: null };
}

function isOwn(path: string, folder: string): boolean {
  const from = relative(folder, path);
  return from !== '' && !from.startsWith('..') && !isAbsolute(from) && !from.split(sep).includes('node_modules');
}

function pathOf(file: string): string {
  if (!file.startsWith('file:')) return file;
  try {
    return fileURLToPath(file);
  } catch {
    return file;
  }
}

/** A path from the folder, with `/` between its parts. */
function shown(path: string, folder: string): string {
  return relative(folder, path).split(sep).join('/');
}

function lineOf(text: string | null, line: number): string | undefined {
  return text?.split('\n')[line - 1]?.trimEnd();
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** A place in a file of the folder without more being known: the module itself. */
export function placeInModule(path: string, folder: string): Place {
  return { file: shown(isAbsolute(path) ? path : join(folder, path), folder), line: null, column: null, text: null };
}
