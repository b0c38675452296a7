import { problemsOfPostgresUrl } from '@virtualchain/postgres';
import { clientUrl, integer, moduleNames, optional, required, text, watchedSpec } from '@virtualchain/process';
import { policySpec } from '@virtualchain/webhooks';
import { DELIVERIES_AT_ONCE_DEFAULT } from './limits.ts';

const databaseUrl = clientUrl('a URL such as postgres://user:password@host/database', problemsOfPostgresUrl);

/** Settings of the relay; every flag has an environment variable. */
export const spec = {
  postgresUrl: required(databaseUrl, {
    flag: 'postgres-url',
    env: 'VCHAIN_POSTGRES_URL',
    about: 'the database of the network; rights to read the projections are enough',
    secret: true,
  }),
  accessPostgresUrl: optional(databaseUrl, {
    flag: 'access-postgres-url',
    env: 'VCHAIN_ACCESS_POSTGRES_URL',
    about: 'the database of tokens and webhooks, where it is another one: never a replica',
    secret: true,
  }),
  network: required(text, {
    flag: 'network',
    env: 'VCHAIN_NETWORK',
    about: 'the network: mainnet, testnet3, testnet4, signet, regtest',
  }),
  chains: optional(moduleNames, {
    flag: 'chain',
    env: 'VCHAIN_CHAIN',
    about: 'modules of virtual chains that are not built in, separated by commas',
    fallback: [],
  }),
  machines: optional(moduleNames, {
    flag: 'machine',
    env: 'VCHAIN_MACHINE',
    about: 'modules of state machines that are not built in, separated by commas',
    fallback: [],
  }),
  deliveriesAtOnce: optional(integer({ min: 1 }), {
    flag: 'deliveries-at-once',
    env: 'VCHAIN_DELIVERIES_AT_ONCE',
    about: 'how many webhooks are posted to at the same time',
    fallback: DELIVERIES_AT_ONCE_DEFAULT,
  }),
  ...policySpec,
  ...watchedSpec,
} as const;
