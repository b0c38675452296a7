import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached, runTool } from '@virtualchain/local';
import { type Measured, PeerMissing } from '../harness/bench.ts';

const run = promisify(execFile);

const BITCOINJS_VERSION = '7.0.5';
const RUST_SOURCES = join(import.meta.dirname, 'rust');

export const rustPeer = 'rust-bitcoin 0.32.102';
export const bitcoinjsPeer = `bitcoinjs-lib ${BITCOINJS_VERSION}`;

/** A program that reads blocks from files, so many times over, and says what it took and what it found. */
export type BlockPeer = (iterations: number, files: readonly string[]) => Promise<Measured>;

/** The peer in Rust, built by cargo into the cache when it is not there. @throws PeerMissing */
export async function openRustPeer(mode: 'scan' | 'scan-slices' | 'verify' | 'verify-slices'): Promise<BlockPeer> {
  const sources = createHash('sha256');
  for (const file of ['Cargo.toml', 'src/main.rs']) sources.update(await readFile(join(RUST_SOURCES, file)));
  const entry = `bitcoin-peers-${sources.digest('hex').slice(0, 16)}`;
  const directory = await installed(rustPeer, entry, buildRustPeer);
  return (iterations, files) => measuredBy(join(directory, 'bitcoin-peers'), [mode, `${iterations}`, ...files]);
}

async function buildRustPeer(directory: string): Promise<void> {
  const [sources, target] = [join(directory, 'sources'), join(directory, 'target')];
  await cp(RUST_SOURCES, sources, { recursive: true });
  const env = { ...process.env, CARGO_TARGET_DIR: target };
  await runTool('cargo', ['build', '--release', '--quiet'], { cwd: sources, env });
  await copyFile(join(target, 'release/bitcoin-peers'), join(directory, 'bitcoin-peers'));
  await rm(target, { recursive: true });
}

/** bitcoinjs-lib, installed by npm into the cache when it is not there. @throws PeerMissing */
export async function openBitcoinjsPeer(): Promise<BlockPeer> {
  const directory = await installed(bitcoinjsPeer, `bitcoinjs-lib-${BITCOINJS_VERSION}`, async (draft) => {
    await writeFile(join(draft, 'package.json'), '{ "private": true }\n');
    const args = ['install', '--no-audit', '--no-fund', `bitcoinjs-lib@${BITCOINJS_VERSION}`];
    await runTool('npm', args, { cwd: draft, env: process.env });
  });
  const script = join(import.meta.dirname, 'bitcoinjs/scan.mjs');
  const module = join(directory, 'package.json');
  return (iterations, files) => measuredBy(process.execPath, [script, module, `${iterations}`, ...files]);
}

async function installed(peer: string, entry: string, fill: (directory: string) => Promise<void>): Promise<string> {
  try {
    return await cached(process.env, entry, fill);
  } catch (error) {
    throw new PeerMissing(peer, error instanceof Error ? error.message : String(error));
  }
}

async function measuredBy(command: string, args: readonly string[]): Promise<Measured> {
  const { stdout } = await run(command, [...args]);
  const { cpuMs, wallMs, answer } = JSON.parse(stdout) as Measured;
  return { cpuMs, wallMs, answer };
}
