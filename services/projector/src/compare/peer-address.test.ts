import { expect, test } from '@jest/globals';
import { readSettings } from '@virtualchain/process';
import { spec } from '../config.ts';
import { peerAddress } from './peer-address.ts';

const { peerUrls, peerPollMs } = spec;
const read = (urls: string) => readSettings({ peerUrls, peerPollMs }, { VCHAIN_PEER_URLS: urls });

test('peers are URLs between commas; without any, none is watched', () => {
  const { config, problems } = read('http://a:8081, https://b.example/v1/chains/kv/machines/kv');
  expect([config.peerUrls, problems]).toEqual([['http://a:8081', 'https://b.example/v1/chains/kv/machines/kv'], []]);
  expect(readSettings({ peerUrls, peerPollMs }, {}).config).toEqual({ peerUrls: undefined, peerPollMs: 10_000 });
});

test.each([
  ['without http', 'projector:8081', 'is no URL that begins with http:// or https://'],
  ['of a database', 'postgres://me:hunter2@db/names', 'is no URL that begins with http:// or https://'],
  ['with a query', 'http://me:hunter2@a/?x=1', 'has a query (behind ?): leave it out'],
  ['with a part behind #', 'http://a/#top', 'has a part behind #: leave it out'],
  ['with a lone %', 'http://me:hunter2%@a', 'a % in its user name or password is not percent-encoded: write %25'],
])('a URL %s is refused with what is wrong, and without its password', (_what, url, problem) => {
  const { problems } = read(`http://good:1,${url}`);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`VCHAIN_PEER_URLS`);
  expect(problems[0]).toContain(`(URL 2 of 2) ${problem}`);
  expect(problems[0]).not.toContain('hunter2');
});

test('a peer is called by host and path; its login goes into a header', () => {
  expect(peerAddress('https://me:p%40ss@b.example/v1/chains/kv/machines/kv/')).toEqual({
    label: 'b.example/v1/chains/kv/machines/kv',
    base: 'https://b.example/v1/chains/kv/machines/kv',
    authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
  });
  expect(peerAddress('http://a:8081')).toEqual({ label: 'a:8081', base: 'http://a:8081', authorization: null });
});
