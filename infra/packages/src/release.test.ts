import { expect, test } from '@jest/globals';
import { atVersion, chartAtVersion, ReleaseRefused, released } from './release.ts';

const LOG = '# Changelog\n\n## Unreleased\n\n- Something new.\n\n## 0.1.0 (2026-01-02)\n\n- The first.\n';

test('what was unreleased is the newest release, and nothing is unreleased', () => {
  expect(released(LOG, '0.2.0', '2026-03-04')).toBe(
    '# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-03-04)\n\n- Something new.\n\n## 0.1.0 (2026-01-02)\n\n- The first.\n',
  );
});

test.each([
  ['a version that was released before', LOG, '0.1.0'],
  ['a version that is none', LOG, 'v2'],
  ['a release of nothing', '# Changelog\n\n## Unreleased\n\n## 0.1.0 (2026-01-02)\n\n- The first.\n', '0.2.0'],
])('%s is refused', (_what, log, version) => {
  expect(() => released(log, version, '2026-03-04')).toThrow(ReleaseRefused);
});

test('the chart has the version of the packages, and asks for images of that version', () => {
  const chart = 'apiVersion: v2\nname: virtualchain\nversion: 0.1.0\nappVersion: 0.1.0\nkubeVersion: ">=1.25.0-0"\n';
  expect(chartAtVersion(chart, '0.2.0')).toBe(
    'apiVersion: v2\nname: virtualchain\nversion: 0.2.0\nappVersion: 0.2.0\nkubeVersion: ">=1.25.0-0"\n',
  );
});

test('packages ask for each other at the version that they have, and for others as before', () => {
  const manifest = {
    ...{ name: '@virtualchain/b', version: '0.1.0', license: 'Apache-2.0' },
    dependencies: { '@virtualchain/a': '0.1.0', rxjs: '7.8.2' },
    devDependencies: { '@virtualchain/c': '0.1.0' },
  };
  expect(atVersion(manifest, '0.2.0', new Set(['@virtualchain/a', '@virtualchain/c']))).toEqual({
    ...manifest,
    version: '0.2.0',
    dependencies: { '@virtualchain/a': '0.2.0', rxjs: '7.8.2' },
    devDependencies: { '@virtualchain/c': '0.2.0' },
  });
});
