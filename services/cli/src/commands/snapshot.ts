import { readFile } from 'node:fs/promises';
import { exportSnapshot, importSnapshot } from '@virtualchain/projection';
import type { Command } from 'commander';
import { type Connection, withConnection } from '../connection.ts';
import { openLog, topicOf } from '../log-of.ts';
import { openLive, openMachine } from '../machine-of.ts';
import { endProgress, print, printProgress } from '../output.ts';
import { read } from '../program.ts';
import { append, parseSigners, parseTrust, wholeNumber } from '../values.ts';

export function addSnapshot(program: Command): void {
  const snapshot = program.command('snapshot').description('carries a projection from one operator to another');

  withConnection(snapshot.command('export').description('one signed file of a projection at a height'))
    .argument('<machine>', 'name or module')
    .argument('<file>', 'where to write it')
    .requiredOption('--key <file>', 'Ed25519 private key, PEM (openssl genpkey -algorithm ed25519)')
    .option('--at <height>', 'the newest block by default')
    .option('--json', 'one line of JSON')
    .action(async (machine, file, given: { key: string; at?: string }, command) => {
      const { connection, options } = await read(command);
      return snapshotExport(connection, machine, file, { ...given, json: options.json ?? false });
    });

  withConnection(snapshot.command('import').description('checks a file and makes the live build out of it'))
    .argument('<machine>', 'name or module')
    .argument('<file>', 'a snapshot file')
    .option('--signer <name=key>', 'whose word counts: Ed25519 public key, hex; several may be given', append)
    .option('--trust <height:hash>', 'a consensus hash that must be met; several may be given', append)
    .option('--refold', 'trust no signer: fold the operations')
    .option('--replace', 'take the place of the live build')
    .option('--json', 'one line of JSON')
    .action(async (machine, file, given: Omit<SnapshotImportOptions, 'json'>, command) => {
      const { connection, options } = await read(command);
      return snapshotImport(connection, machine, file, { ...given, json: options.json ?? false });
    });
}

export interface SnapshotExportOptions {
  /** File with an Ed25519 private key, PEM. */
  readonly key: string;
  readonly at?: string;
  readonly json: boolean;
}

/** `vchain snapshot export <machine> <file>`: one signed file of a projection at a height. */
export async function snapshotExport(
  connection: Connection,
  machine: string,
  path: string,
  options: SnapshotExportOptions,
): Promise<void> {
  await using live = await openLive(connection, machine);
  const header = await exportSnapshot(live.projection, live.instance, {
    path,
    pem: await readFile(options.key, 'utf8'),
    ...(options.at === undefined ? {} : { height: wholeNumber('--at', options.at) }),
    onProgress: (height, to) => printProgress(`exported ${height} of ${to}`),
  });
  endProgress();
  if (options.json) print(JSON.stringify(header));
  else
    print(
      `${path}: ${header.machine} at height ${header.height}, consensus hash ${header.consensusHash}, signed by ${header.signer}`,
    );
}

export interface SnapshotImportOptions {
  readonly signer?: readonly string[];
  readonly trust?: readonly string[];
  readonly refold?: boolean;
  readonly replace?: boolean;
  readonly json: boolean;
}

/** `vchain snapshot import <machine> <file>`: checks a file and makes the live build out of it. */
export async function snapshotImport(
  connection: Connection,
  machine: string,
  path: string,
  options: SnapshotImportOptions,
): Promise<void> {
  await using opened = await openMachine(connection, machine);
  const { registry, instance } = opened;
  await using log = await openLog(connection);
  const imported = await importSnapshot({
    postgresUrl: registry.postgresUrl,
    instance,
    path,
    log,
    topic: topicOf(connection, instance.chain),
    signers: parseSigners(options.signer ?? []),
    trust: parseTrust(options.trust ?? []),
    refold: options.refold ?? false,
    replace: options.replace ?? false,
    onProgress: (height, to) => printProgress(`verified ${height} of ${to}`),
  });
  endProgress();
  const { header, schema, signer } = imported;
  if (options.json) print(JSON.stringify(imported));
  else
    print(
      `${schema} is live at height ${header.height}, ${signer === null ? 'every operation folded' : `signed by ${signer}`}, consensus hash ${header.consensusHash}`,
    );
}
