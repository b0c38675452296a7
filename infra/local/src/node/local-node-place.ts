import type { RunDirectory } from '../run-directory.ts';
import type { Env } from '../tools/cache.ts';
import type { Log } from '../tools/tools.ts';
import type { WatchedServers } from '../watchdog/watched-servers.ts';

/** What a node is started with and where. */
export interface LocalNodePlace {
  readonly servers: WatchedServers;
  readonly run: RunDirectory;
  readonly env: Env;
  readonly log: Log;
}
