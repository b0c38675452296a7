import type { OperationLog } from '@virtualchain/operation-log';
import { sql } from 'kysely';
import { type Build, LAYOUT } from '../build/build.ts';
import { SnapshotRefused } from '../errors.ts';
import { CONTENDED_TRIES_OF_AN_IMPORT_MAX } from '../limits.ts';
import { changeBuilds } from '../registry/change-builds.ts';
import { nextBuild, tablesSql } from '../registry/make-build.ts';
import {
  insertBuild,
  liveAmong,
  type MachineInstance,
  parametersHash,
  setBuildStatus,
} from '../registry/registered-build.ts';
import { pointViews } from '../registry/views.ts';
import { TRUSTED } from '../verify/verified.ts';
import { verifyIn } from '../verify/verify.ts';
import { openSnapshotFile, type SnapshotHeader } from './snapshot-file.ts';
import { loadSnapshot } from './snapshot-load.ts';
import { placeOnTopic, readPlaces } from './snapshot-place.ts';

/** The file, the projection that it becomes, and what it is held to. */
export interface ImportOptions {
  readonly postgresUrl: string;
  readonly instance: MachineInstance;
  readonly path: string;
  readonly log: OperationLog;
  readonly topic: string;
  /** Name and Ed25519 public key of those whose word counts. */
  readonly signers: ReadonlyMap<string, string>;
  /** Consensus hashes that somebody trusted vouches for. */
  readonly trust?: ReadonlyMap<number, string>;
  /** Trust no signer: fold the operations and compare everything with the outcome. */
  readonly refold?: boolean;
  /** Take the place of a live build. */
  readonly replace?: boolean;
  readonly onProgress?: (height: number, to: number) => void;
}

/** The build that is live now, what its file said, and whose signature counted; null where the operations were folded. */
export interface Imported {
  readonly schema: string;
  readonly header: SnapshotHeader;
  readonly signer: string | null;
}

/**
 * Makes a build out of a snapshot file and stands it on the operator's own topic. In one Postgres transaction: the tables,
 * the content, every check, and the views; whatever ends it early leaves nothing.
 *
 * Checked are the signature, every consensus hash from the transitions, every changes hash from the rows, the trusted
 * hashes, and each block's operations against the topic's count and digest; with `refold` the operations are folded.
 *
 * @throws SnapshotRefused naming the height.
 */
export async function importSnapshot(options: ImportOptions): Promise<Imported> {
  const { postgresUrl, instance, path, signers, refold = false } = options;
  const file = await openSnapshotFile(path, refold ? null : signers);
  checkHeader(path, file.header, instance);
  const branch = await readPlaces(options.log, options.topic);
  const schema = await changeBuilds(postgresUrl, instance, async (db, builds) => {
    const { chain, machine } = instance;
    const live = liveAmong(builds, chain.name, machine.name);
    if (live !== null && options.replace !== true)
      throw new SnapshotRefused(
        `${live.schema} is live already; pass --replace to put the imported build in its place`,
      );
    const made = nextBuild(instance, builds);
    await sql.raw(await tablesSql(db, machine, made.schema)).execute(db);
    const build = { db, schema: made.schema, machine, layout: LAYOUT };
    await loadSnapshot(build, file.lines());
    await placeOnTopic(build, { ...options, header: file.header, branch });
    await verifyLoaded(build, options);
    if (live !== null) await setBuildStatus(db, live.schema, 'retired');
    await insertBuild(db, instance, { ...made, status: 'live' });
    await pointViews(db, instance, made.schema, { triesMax: CONTENDED_TRIES_OF_AN_IMPORT_MAX });
    return made.schema;
  });
  return { schema, header: file.header, signer: file.signer };
}

function checkHeader(path: string, header: SnapshotHeader, instance: MachineInstance): void {
  const wanted: Partial<SnapshotHeader> = {
    chain: instance.chain.name,
    machine: instance.machine.name,
    version: instance.machine.version,
    network: instance.network,
    parametersHash: parametersHash(instance),
  };
  for (const [name, value] of Object.entries(wanted)) {
    const found = header[name as keyof SnapshotHeader];
    if (found !== value) throw new SnapshotRefused(`${path}: its ${name} is ${found}, ours is ${value}`);
  }
}

async function verifyLoaded(build: Build, { path, refold = false, trust, onProgress }: ImportOptions): Promise<void> {
  const { disagreements } = await verifyIn(build, {
    refold,
    ...(trust === undefined ? {} : { trust }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const wrong = disagreements[0];
  if (wrong === undefined) return;
  if (wrong.what === TRUSTED)
    throw new SnapshotRefused(
      `${path}: at height ${wrong.height}, the consensus hash is ${wrong.computed}, not the ${wrong.stored} that is trusted`,
    );
  throw new SnapshotRefused(
    `${path}: at height ${wrong.height}, ${wrong.what}: the file has ${wrong.stored}, it makes ${wrong.computed}`,
  );
}
