import {
  createHeaderChain,
  createMemoryHeaderStore,
  type Height,
  headerLength,
  hexToBytes,
  merklePathAt,
  parseBlock,
  parseHeader,
  serializeMerklePath,
  type Txid,
  height as toHeight,
} from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import {
  type PlacedProof,
  parseTrustRoot,
  type ResolvedRoot,
  resolveTrustRoot,
  type SnvServer,
  trailingConsensusHash,
  verifyOperations,
} from '@virtualchain/machine';
import type { BitcoinNode } from '@virtualchain/node-client';
import type { Connection } from '../connection.ts';
import { openMachine } from '../machine-of.ts';
import { openNodeOf } from '../node-of.ts';
import { print } from '../output.ts';
import { heightOf, QueryInvalid } from '../values.ts';

/** What the server said is not what the trusted hash vouches for. */
class SnvRefused extends ExpectedError {
  override readonly name = 'SnvRefused';
  readonly code = 'SNV_REFUSED';
  readonly remedy = 'halt';
}

export interface SnvOptions {
  /** `HEIGHT:HASH`, a consensus hash, a txid, or a serial number `height-index`. */
  readonly trust: string;
  /** A projector's address, http://host:port, or that of a machine at a gateway. */
  readonly server: string;
  readonly json: boolean;
}

/** `vchain snv <machine> <height>`: the transitions of an old block, proved by one trusted hash. */
export async function snv(
  connection: Connection,
  nameOrModule: string,
  target: string,
  options: SnvOptions,
): Promise<void> {
  const wanted = heightOf('height', target);
  const server = serverAt(addressOf(options.server));
  const root = parseTrustRoot(options.trust);
  if (root === null)
    throw new QueryInvalid(
      `--trust ${JSON.stringify(options.trust)}: not HEIGHT:HASH, a consensus hash, a txid, or a serial number height-index; give one that you trust`,
    );
  await using opened = await openMachine(connection, nameOrModule);
  const { machine } = opened.instance;
  const trusted =
    root.kind === 'consensus-hash' && root.height !== null
      ? { kind: 'trusted' as const, trusted: { height: root.height, consensusHash: root.consensusHash } }
      : await resolve(connection, root, server, machine);
  if (trusted.kind === 'refused') throw new SnvRefused(`${trusted.problem}: ${trusted.detail}`);
  const question = {
    trusted: trusted.trusted,
    target: toHeight(wanted),
    firstBlock: machine.firstBlock,
  };
  const answer = await verifyOperations(question, server);
  if (answer.kind === 'refused') throw new SnvRefused(`${answer.problem} at height ${answer.height}: ${answer.detail}`);
  const operations = answer.operations.map((serialized) => Buffer.from(serialized).toString('latin1'));
  if (options.json)
    print(
      JSON.stringify({
        machine: machine.name,
        height: answer.height,
        trusted: trusted.trusted,
        operations,
      }),
    );
  else {
    for (const serialized of operations) print(serialized);
    print(
      `${operations.length} operations at height ${answer.height}, proved by ${trusted.trusted.consensusHash} at height ${trusted.trusted.height}`,
    );
  }
}

/** @throws QueryInvalid */
function addressOf(server: string): string {
  if (URL.canParse(server) && ['http:', 'https:'].includes(new URL(server).protocol)) return server;
  throw new QueryInvalid(
    '--server is no URL that begins with http:// or https://; give that of a projector, http://host:port, or of a machine at a gateway',
  );
}

/** A projector or a gateway as an SNV server; what it answers is checked by whoever asked. */
function serverAt(base: string): SnvServer {
  const ask = async (path: string, name: string): Promise<unknown> => {
    const response = await fetch(`${base.replace(/\/$/, '')}${path}`, { signal: AbortSignal.timeout(30_000) }).catch(
      (cause: unknown) => {
        throw new SnvRefused(`${base} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`, {
          cause,
        });
      },
    );
    const body = (await response.json().catch(() => null)) as Readonly<Record<string, unknown>> | null;
    if (!response.ok) throw new SnvRefused(`${base}${path}: status ${response.status}, ${JSON.stringify(body)}`);
    return body?.[name] ?? null;
  };
  return {
    opsHash: (height) => ask(`/snv/ops-hash?height=${height}`, 'opsHash') as Promise<string | null>,
    consensusHashes: async (heights) =>
      heights.length === 0
        ? []
        : ((await ask(`/snv/consensus-hashes?heights=${heights.join(',')}`, 'consensusHashes')) as (string | null)[]),
    operationsAt: async (height) => {
      const operations = await ask(`/snv/operations?height=${height}`, 'operations');
      return Array.isArray(operations) ? operations.map((hex) => hexToBytes(String(hex))) : null;
    },
  };
}

/** A root that does not say its height, or is a transaction: the node's headers, verified, and its blocks help. */
async function resolve(
  connection: Connection,
  root: NonNullable<ReturnType<typeof parseTrustRoot>>,
  server: SnvServer,
  machine: { readonly firstBlock: Height; readonly consensusWindow: number },
): Promise<ResolvedRoot> {
  await using node = await openNodeOf(connection);
  const { network } = await node.status();
  const newest = (await node.bestBlock()).height;
  const headers = createHeaderChain({ network, store: createMemoryHeaderStore() });
  for (let at = 0; root.kind !== 'consensus-hash' && at <= newest; at++) {
    const hash = await node.blockHashAt(toHeight(at));
    const header = hash === null ? null : await node.header(hash);
    if (header === null) throw new SnvRefused(`${node.label} has no header at height ${at}`);
    headers.append([parseHeader(header.subarray(0, headerLength))]);
  }
  const proofAt = (height: Height, index: number): Promise<PlacedProof | null> =>
    proofOf(node, height, (i) => i === index);
  return resolveTrustRoot(root, {
    server,
    proofs: {
      bySerialNumber: proofAt,
      byTxid: async (txid) => {
        for (let at = newest as number; at >= machine.firstBlock; at--) {
          const proof = await proofOf(node, toHeight(at), (_i, found) => found === txid);
          if (proof !== null) return proof;
        }
        return null;
      },
    },
    merkleRootAt: (height) => headers.at(height)?.header.merkleRoot ?? null,
    consensusHashIn: trailingConsensusHash,
    firstBlock: machine.firstBlock,
    consensusWindow: machine.consensusWindow,
    newest,
  });
}

async function proofOf(
  node: BitcoinNode,
  height: Height,
  isWanted: (index: number, txid: Txid) => boolean,
): Promise<PlacedProof | null> {
  const hash = await node.blockHashAt(height);
  const bytes = hash === null ? null : await node.block(hash);
  if (bytes === null) return null;
  const { transactions, tree } = parseBlock(bytes);
  const index = transactions.findIndex(({ txid }, i) => isWanted(i, txid));
  const transaction = transactions[index];
  if (transaction === undefined) return null;
  return { height, transaction: transaction.strippedBytes, merklePath: serializeMerklePath(merklePathAt(tree, index)) };
}
