/** What a node says of itself. */
export interface CoreSettings {
  /** As Core names it: `main`, `test`, `regtest`. */
  chain: string;
  hasRest: boolean;
  hasIndex: boolean;
  /** The index is still being built, and finds nothing yet. */
  isIndexBuilding: boolean;
  version: number;
  subversion: string;
  initialBlockDownload: boolean;
  /** Height of the newest header; that of the newest block when null. */
  headers: number | null;
  /** Where it publishes `hashblock`, by its own word. */
  zmqAddress: string | null;
  pruneHeight: number | null;
}

/** Of a node of ours: it answers as Core 30 does. */
export const CORE_SETTINGS: Readonly<CoreSettings> = {
  chain: 'regtest',
  hasRest: true,
  hasIndex: true,
  isIndexBuilding: false,
  version: 300_000,
  subversion: '/virtualchain-regtest:30.0.0/',
  initialBlockDownload: false,
  headers: null,
  zmqAddress: null,
  pruneHeight: null,
};
