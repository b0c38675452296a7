import { readFile } from 'node:fs/promises';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import type { Tarball } from './pack.ts';

/** How nobody imports a package of ECMAScript modules: attw's profile `esm-only`. */
const NOT_MEANT: ReadonlySet<string> = new Set(['node10', 'node16-cjs']);

/** What publint and attw say against a tarball, a line each. */
export async function problemsOf({ name, file }: Tarball): Promise<readonly string[]> {
  const bytes = await readFile(file);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)));
  const wrongTypes = analysis.types === false ? [] : analysis.problems;
  return [
    ...messages.map((message) => `${name}: publint: ${formatMessage(message, pkg) ?? message.code}`),
    ...wrongTypes
      .filter((problem) => !('resolutionKind' in problem && NOT_MEANT.has(problem.resolutionKind)))
      .map((problem) => `${name}: attw: ${JSON.stringify(problem)}`),
  ];
}
