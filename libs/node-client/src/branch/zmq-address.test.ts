import { expect, test } from '@jest/globals';
import { reachable } from './zmq-address.ts';

test.each([
  ['tcp://127.0.0.1:28332', '127.0.0.1', 'tcp://127.0.0.1:28332'],
  ['tcp://127.0.0.1:28332', 'localhost', 'tcp://127.0.0.1:28332'],
  ['tcp://0.0.0.0:28332', 'bitcoind', 'tcp://bitcoind:28332'],
  ['tcp://[::]:28332', '10.0.0.1', 'tcp://10.0.0.1:28332'],
  ['tcp://*:28332', '[fd00::1]', 'tcp://[fd00::1]:28332'],
  ['tcp://10.0.0.2:28332', '10.0.0.1', 'tcp://10.0.0.2:28332'],
  ['ipc:///run/zmq', '127.0.0.1', 'ipc:///run/zmq'],
  ['tcp://127.0.0.1:28332', 'bitcoind', null],
  ['ipc:///run/zmq', 'bitcoind', null],
])('a node that publishes at %s, reached at %s, is listened to at %s', (address, host, url) =>
  expect(reachable(address, host)).toBe(url),
);
