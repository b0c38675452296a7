#!/usr/bin/env node
// Runs the command line on the Node that the project brings along, whichever Node called it.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'main.ts');
const [major] = process.versions.node.split('.').map(Number);
const brought = () => join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
// kafkajs asks for timers in the past, and Node warns of each; nothing is wrong.
const flags = ['--disable-warning=TimeoutNegativeWarning', '--disable-warning=ExperimentalWarning'];

const child = spawn(major >= 24 ? process.execPath : brought(), [...flags, main, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
// A terminal's Ctrl-C reaches the child by itself; whoever signals only this process means the child.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => process.stdin.isTTY || child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === null ? code : 1));
