import { peerAddress } from './peer-address.ts';
import { unknownPeer, type WatchOptions, watchPeer } from './watch-peer.ts';

/** Watches every peer, each for itself. One that is named twice is watched once. */
export async function comparePeers(urls: readonly string[], options: WatchOptions): Promise<void> {
  const peers = new Map(urls.map(peerAddress).map((peer) => [peer.label, peer]));
  for (const peer of peers.values()) options.events.peer(unknownPeer(peer));
  await Promise.all([...peers.values()].map((peer) => watchPeer(peer, options)));
}

/** What of our settings `vchain diverge` has to be told. */
interface DivergeSettings {
  readonly network: string;
  readonly chain: string;
  readonly chainParameters?: string | undefined;
  readonly machine: string;
}

/** The command that finds what makes a difference: the databases have to be put in, since we know only ours, and say it nowhere. */
export function divergeCommand({ network, chain, chainParameters, machine }: DivergeSettings): string {
  const flags = { network, chain, 'chain-parameters': chainParameters, machine };
  const given = Object.entries(flags).flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag} ${quoted(value)}`],
  );
  return `vchain diverge postgres://OURS postgres://THEIRS ${given.join(' ')}`;
}

/** As a shell takes it. */
function quoted(value: string): string {
  return /^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
