#!/usr/bin/env node
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`gateway-client: Node ${process.versions.node} is too old: 22.18, 24 or a later one is needed`);
  process.exit(2);
}
const source = new URL('../src/types/main.ts', import.meta.url); // within the repository, where it runs as it is
const { main } = await import(existsSync(source) ? source.href : '../dist/types/main.js');
process.exitCode = await main(process.argv.slice(2), console);
