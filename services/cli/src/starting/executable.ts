import { getCompileCacheDir } from 'node:module';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Env } from '@virtualchain/process';

/** The executable as a script that Node runs: sources within the repository, JavaScript outside. */
export const vchainScript = fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url));

/** Without the warnings of what libraries do. */
export const quietNode = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'] as const;

/**
 * What Node is given to run a service, as in the image. By itself V8 lets the space for what is new grow to 128 MB, in steps over hours,
 * and a process keeps it.
 */
export const serviceNode = [...quietNode, '--max-semi-space-size=4'] as const;

/**
 * What the allocator of a service is told, as in the image (glibc; others ignore it): pieces of 16 kB and more are given back to the
 * system as soon as they are free. By itself glibc raises that bound to 32 MB, and keeps what came and went below it.
 */
export const serviceAllocator: Env = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '16384',
  MALLOC_TOP_PAD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '65536',
};

/** What Node is given to run it. */
export function vchainArgs(...args: readonly string[]): readonly string[] {
  return [...quietNode, vchainScript, ...args];
}

/** Where this process keeps its compiled code, for those that it starts: loading is most of what their start costs. */
export function compiledCode(): Env {
  const folder = getCompileCacheDir(); // of this version of Node, below the one that is set
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}
