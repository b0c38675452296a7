import { readFile } from 'node:fs/promises';
import { exportSnapshot, importSnapshot } from '@virtualchain/projection';
import type { Connection } from '../connection.ts';
import { openLog, topicOf } from '../log-of.ts';
import { openLive, openMachine } from '../machine-of.ts';
import { endProgress, print, printProgress } from '../output.ts';
import { parseSigners, parseTrust, wholeNumber } from '../values.ts';

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
