#!/usr/bin/env node
// The command line, in the process that was called: a second one would cost more than most commands do.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
const source = new URL('../src/main.ts', import.meta.url); // within the repository, where it runs as it is
if (major < 22 || (major === 22 && minor < 18)) onNewerNode();
else {
  silence();
  await import(existsSync(source) ? source.href : '../dist/main.js');
}

/** kafkajs asks for timers in the past, and Node 22 has only begun to run typed sources; nothing is wrong. */
function silence() {
  const harmless = new Set(['TimeoutNegativeWarning', 'ExperimentalWarning']);
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    const [options] = rest;
    const type = (typeof options === 'object' ? options?.type : options) ?? warning?.name;
    if (!harmless.has(type)) emitWarning.call(process, warning, ...rest);
  };
}

/** The repository brings a Node along, for whoever has an older one: the one case of a second process. */
function onNewerNode() {
  const brought = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url));
  if (!existsSync(source) || !existsSync(brought)) {
    console.error(`vchain: Node ${process.versions.node} is too old: 22.18, 24 or a later one is needed`);
    process.exit(2);
  }
  const child = spawn(brought, process.argv.slice(1), { stdio: 'inherit' });
  // A terminal's Ctrl-C reaches the child by itself; whoever signals only this process means the child.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => process.stdin.isTTY || child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 1));
}
