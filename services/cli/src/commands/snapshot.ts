import { open } from 'node:fs/promises';
import { errorText } from '@virtualchain/kernel';
import { exportSnapshot, importSnapshot, signerOf } from '@virtualchain/projection';
import type { Connection } from '../connection.ts';
import { openLog, topicOf } from '../log-of.ts';
import { openLive, openMachine } from '../machine-of.ts';
import { endProgress, print, printProgress } from '../output.ts';
import { fileOf, heightOf, parseSigners, parseTrust, QueryInvalid } from '../values.ts';

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
  const pem = await signingKeyOf(options.key);
  const at = options.at === undefined ? {} : { height: heightOf('--at', options.at) };
  await using live = await openLive(connection, machine);
  const header = await exportSnapshot(live.projection, live.instance, {
    path,
    pem,
    ...at,
    onProgress: (height, to) => printProgress(`exported ${height} of ${to}`),
  });
  endProgress();
  if (options.json) print(JSON.stringify(header));
  else
    print(
      `${path}: ${header.machine} at height ${header.height}, consensus hash ${header.consensusHash}, signed by ${header.signer}`,
    );
}

/** The PEM of `--key`, which signs. @throws QueryInvalid */
async function signingKeyOf(path: string): Promise<string> {
  const pem = await fileOf('--key', path, 'an Ed25519 private key in PEM');
  try {
    signerOf(pem);
    return pem;
  } catch (cause) {
    throw new QueryInvalid(
      `--key ${JSON.stringify(path)}: must be an Ed25519 private key in PEM (${errorText(cause)}); make one: openssl genpkey -algorithm ed25519`,
      { cause },
    );
  }
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
  const [signers, trust] = [parseSigners(options.signer ?? []), parseTrust(options.trust ?? [])];
  await refuseUnreadable(path);
  await using opened = await openMachine(connection, machine);
  const { registry, instance } = opened;
  await using log = await openLog(connection);
  const imported = await importSnapshot({
    postgresUrl: registry.postgresUrl,
    instance,
    path,
    log,
    topic: topicOf(connection, instance.chain),
    signers,
    trust,
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

/** @throws QueryInvalid */
async function refuseUnreadable(path: string): Promise<void> {
  try {
    await using file = await open(path, 'r');
    if ((await file.stat()).isFile()) return;
  } catch (cause) {
    throw new QueryInvalid(
      `file ${JSON.stringify(path)}: must be a snapshot that can be read (${errorText(cause)}); give the path of one that vchain snapshot export made`,
      { cause },
    );
  }
  throw new QueryInvalid(
    `file ${JSON.stringify(path)}: must be a snapshot, not a folder; give the path of one that vchain snapshot export made`,
  );
}
