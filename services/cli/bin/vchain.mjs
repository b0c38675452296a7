#!/usr/bin/env node
// The command line, in the process that was called: a second one would cost more than most commands do.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
const source = new URL('../src/main.ts', import.meta.url); // within the repository, where it runs as it is
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`vchain: Node ${process.versions.node} is too old: Node 22.18, 24 or a later one is needed`);
  process.exit(2);
}

/** kafkajs asks for timers in the past, and Node 22 has only begun to run typed sources; nothing is wrong. */
const harmless = new Set(['TimeoutNegativeWarning', 'ExperimentalWarning']);
const { emitWarning } = process;
process.emitWarning = (warning, ...rest) => {
  const [options] = rest;
  const type = (typeof options === 'object' ? options?.type : options) ?? warning?.name;
  if (!harmless.has(type)) emitWarning.call(process, warning, ...rest);
};

await import(existsSync(source) ? source.href : '../dist/main.js');
