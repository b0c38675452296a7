import { expect, test } from '@jest/globals';
import { cookieFilesOf, problemsOfCookieFiles } from './config.ts';

const [plain, other, withLogin] = ['http://one:1', 'http://two:2', 'http://user:password@three:3'] as const;

test.each([
  [[plain], ['/a'], ['/a']],
  [[withLogin, plain], ['/a'], [undefined, '/a']],
  [
    [plain, withLogin, other],
    ['/a', '/b'],
    ['/a', undefined, '/b'],
  ],
  [[plain, withLogin], undefined, [undefined, undefined]],
])('cookie files belong to the nodes without a login, in their order: %j %j', (urls, files, expected) =>
  expect(cookieFilesOf(urls, files)).toEqual(expected),
);

test.each([
  [[withLogin], ['/a']],
  [[plain, other], ['/a']],
  [[plain], ['/a', '/b']],
])('a cookie file too many, or beside a login, is refused by name: %j %j', (urls, files) =>
  expect(problemsOfCookieFiles({ nodeUrls: urls, nodeCookieFiles: files })).toEqual([
    expect.stringMatching(/VCHAIN_NODE_COOKIE_FILE names .* not both/),
  ]),
);
