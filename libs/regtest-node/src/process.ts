/**
 * The node as a process: `node process.ts <file>`, where the file has `{ "port", "login", "blockFile" }` as JSON: a login on
 * the command line could be read by every user of the machine. Ends on SIGTERM, SIGINT and the call `stop`.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { startRegtestNode } from './open-node.ts';

usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));

interface Settings {
  readonly port: number;
  readonly login: string;
  readonly blockFile: string;
}

const settings = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Settings;
const stopped = new AbortController();
const stop = () => stopped.abort();
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
const node = await startRegtestNode({ ...settings, stop });
stopped.signal.addEventListener('abort', () => void node[Symbol.asyncDispose]());
if (stopped.signal.aborted) await node[Symbol.asyncDispose]();
