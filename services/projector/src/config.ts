import { problemsOfNodeUrl } from '@virtualchain/node-client';
import { problemsOfPostgresUrl } from '@virtualchain/postgres';
import { clientUrl, clientUrls, integer, logSpec, optional, required, text, watchedSpec } from '@virtualchain/process';
import { problemsOfPeerUrl } from './compare/peer-address.ts';
import { PEER_POLL_MS_MAX } from './limits.ts';

/** Settings of the projector; every flag has an environment variable. */
export const spec = {
  chain: required(text, {
    flag: 'chain',
    env: 'VCHAIN_CHAIN',
    about: 'the virtual chain: a built-in name or a module',
  }),
  chainParameters: optional(text, {
    flag: 'chain-parameters',
    env: 'VCHAIN_CHAIN_PARAMETERS',
    about: 'parameters of the chain, JSON',
  }),
  machine: required(text, {
    flag: 'machine',
    env: 'VCHAIN_MACHINE',
    about: 'the state machine: a built-in name or a module',
  }),
  machineParameters: optional(text, {
    flag: 'machine-parameters',
    env: 'VCHAIN_MACHINE_PARAMETERS',
    about: 'parameters of the machine, JSON',
  }),
  network: required(text, {
    flag: 'network',
    env: 'VCHAIN_NETWORK',
    about: 'the network: mainnet, testnet3, testnet4, signet, regtest',
  }),
  ...logSpec,
  topicPrefix: optional(text, {
    flag: 'topic-prefix',
    env: 'VCHAIN_TOPIC_PREFIX',
    about: 'first part of topic names',
    fallback: 'vchain',
  }),
  postgresUrl: required(clientUrl('a URL such as postgres://user:password@host/database', problemsOfPostgresUrl), {
    flag: 'postgres-url',
    env: 'VCHAIN_POSTGRES_URL',
    about: 'the database of the network',
    secret: true,
  }),
  ...watchedSpec,
  niceness: optional(integer({ min: 0, max: 19 }), {
    flag: 'niceness',
    env: 'VCHAIN_NICENESS',
    about: 'how far it steps back for the ingester where they share a machine, 0 to 19',
    fallback: 10,
  }),
  auditPace: optional(integer({ min: 0 }), {
    flag: 'audit-pace',
    env: 'VCHAIN_AUDIT_PACE',
    about: 'operations a second that the audit checks again, a block without any counting as one; 0 for no audit',
    fallback: 100,
  }),
  peerUrls: optional(clientUrls('URLs such as http://host:port, separated by commas', problemsOfPeerUrl), {
    flag: 'peer-urls',
    env: 'VCHAIN_PEER_URLS',
    about: "other operators' projectors, or this machine at their gateways, whose hashes are compared with ours",
    secret: true,
  }),
  peerPollMs: optional(integer({ min: 100, max: PEER_POLL_MS_MAX }), {
    flag: 'peer-poll-ms',
    env: 'VCHAIN_PEER_POLL_MS',
    about: 'between two looks at a peer, ms',
    fallback: 10_000,
  }),
  pendingNodeUrl: optional(clientUrl('a URL such as http://user:password@host:port', problemsOfNodeUrl), {
    flag: 'pending-node-url',
    env: 'VCHAIN_PENDING_NODE_URL',
    about: 'a Bitcoin node, credentials included, whose unconfirmed operations are judged too; none are when absent',
    secret: true,
  }),
  pendingNodeCookieFile: optional(text, {
    flag: 'pending-node-cookie-file',
    env: 'VCHAIN_PENDING_NODE_COOKIE_FILE',
    about: 'where that node writes a login at every start, for a URL without one',
  }),
  pendingNodeZmq: optional(text, {
    flag: 'pending-node-zmq',
    env: 'VCHAIN_PENDING_NODE_ZMQ',
    about: 'where that node publishes rawtx, tcp://host:port; the node is asked when absent',
  }),
  pendingPollMs: optional(integer({ min: 100, max: 3_600_000 }), {
    flag: 'pending-poll-ms',
    env: 'VCHAIN_PENDING_POLL_MS',
    about: 'how often its mempool is looked at beside what it publishes, ms',
    fallback: 5_000,
  }),
  progressMs: optional(integer({ min: 100 }), {
    flag: 'progress-ms',
    env: 'VCHAIN_PROGRESS_MS',
    about: 'between progress lines while catching up, ms',
    fallback: 5_000,
  }),
} as const;
