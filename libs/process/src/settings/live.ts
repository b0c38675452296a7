import { moduleNames, text } from './parsers.ts';
import { optional, required } from './setting.ts';

/** Settings of a service that works with whatever machines of a network are live: the network, and definitions that are not built in. */
export const liveSpec = {
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
};
