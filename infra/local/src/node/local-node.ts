import { ExpectedError } from '@virtualchain/kernel';
import type { NodePart, NodeWishes } from '../part.ts';
import type { Env } from '../tools/cache.ts';
import { isExecutable, onPath } from '../tools/on-path.ts';
import { fetchedDebianBitcoind } from './debian-bitcoind.ts';
import { startEmbeddedServer } from './embedded-node.ts';
import { startLocalBitcoind } from './local-bitcoind.ts';
import { startLocalBtcd } from './local-btcd.ts';
import type { LocalNodePlace } from './local-node-place.ts';

/** Which program a local node is. */
export type LocalNodeChoice =
  | { readonly kind: 'bitcoind'; readonly executable: string }
  /** Built by Go where it is not in the cache. */
  | { readonly kind: 'btcd' }
  /** Ours, which comes with npm. */
  | { readonly kind: 'embedded' };

/** The node that the environment asks for cannot be started. */
export class LocalNodeUnusable extends ExpectedError {
  override readonly name = 'LocalNodeUnusable';
  readonly code = 'LOCAL_NODE_UNUSABLE';
  readonly remedy = 'halt';
}

/**
 * Which program a local node is: the one that `VCHAIN_LOCAL_NODE` names; else a bitcoind, where `VCHAIN_BITCOIND` names
 * one or the PATH has one; else btcd.
 *
 * @throws LocalNodeUnusable
 */
export function chooseLocalNode(env: Env): LocalNodeChoice {
  const wanted = env['VCHAIN_LOCAL_NODE'] || undefined;
  if (wanted !== undefined && wanted !== 'bitcoind' && wanted !== 'btcd' && wanted !== 'embedded')
    throw new LocalNodeUnusable(
      `VCHAIN_LOCAL_NODE is ${JSON.stringify(wanted)}: set it to bitcoind, btcd or embedded, or unset it.`,
    );
  if (wanted === 'btcd' || wanted === 'embedded') return { kind: wanted };
  const executable = givenBitcoind(env);
  if (executable !== undefined) return { kind: 'bitcoind', executable };
  if (wanted === undefined) return { kind: 'btcd' };
  throw new LocalNodeUnusable(
    'VCHAIN_LOCAL_NODE asks for bitcoind, and there is none: put one on the PATH, or name its executable in VCHAIN_BITCOIND (npm run bitcoind gets one where Debian packages can be had).',
  );
}

/**
 * A bitcoind that can be started without fetching one: named, on the PATH, or fetched from Debian before.
 *
 * @throws LocalNodeUnusable when what `VCHAIN_BITCOIND` names is no executable.
 */
export function findBitcoind(env: Env): string | undefined {
  return givenBitcoind(env) ?? fetchedDebianBitcoind(env);
}

function givenBitcoind(env: Env): string | undefined {
  const named = env['VCHAIN_BITCOIND'] || undefined;
  if (named !== undefined && !isExecutable(named))
    throw new LocalNodeUnusable(`VCHAIN_BITCOIND names ${named}, which is no executable: correct it or unset it.`);
  return named ?? onPath('bitcoind', env);
}

export function startLocalNode(name: string, wishes: NodeWishes, place: LocalNodePlace): Promise<NodePart> {
  const choice = chooseLocalNode(place.env);
  if (choice.kind === 'embedded') return startEmbeddedNode(name, wishes, place);
  if (choice.kind === 'bitcoind') return startLocalBitcoind(name, choice.executable, wishes, place);
  if (wishes.hasCookie || wishes.settings !== undefined)
    throw new LocalNodeUnusable(
      'a cookie file and settings of bitcoin.conf are for bitcoind, and the local node is btcd.',
    );
  return startLocalBtcd(name, wishes.peers ?? [], place);
}

/**
 * Starts the node that comes with npm.
 *
 * @throws LocalNodeUnusable for wishes that are for others.
 */
export async function startEmbeddedNode(name: string, wishes: NodeWishes, place: LocalNodePlace): Promise<NodePart> {
  if (wishes.hasCookie || wishes.settings !== undefined || (wishes.peers ?? []).length > 0)
    throw new LocalNodeUnusable(
      'peers, a cookie file and settings of bitcoin.conf are for real nodes, and the node is the embedded one: put a bitcoind on the PATH, or name its executable in VCHAIN_BITCOIND.',
    );
  return startEmbeddedServer(name, place);
}
