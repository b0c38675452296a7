import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Env } from './cache.ts';

/** Takes a line for people. */
export type Log = (line: string) => void;

const runFile = promisify(execFile);
const toolTimeoutMs = 15 * 60_000;
const outputBytesMax = 64 * 1024 * 1024;
const lastLines = 20;

/** Runs a build tool; what it printed is in the error if it fails. */
export async function runTool(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: Env },
): Promise<void> {
  try {
    await runFile(command, [...args], { ...options, timeout: toolTimeoutMs, maxBuffer: outputBytesMax });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-lastLines).join('\n');
    throw new Error(`${command} ${args.join(' ')} failed:\n${said}`, { cause: error });
  }
}

export function javaCommand(env: Env): string {
  return env['JAVA_HOME'] ? join(env['JAVA_HOME'], 'bin', 'java') : 'java';
}
