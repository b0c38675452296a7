import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { explainedIn, readAudit } from './findings.ts';

const advisory = {
  source: 1092972,
  name: 'request',
  title: 'Server-Side Request Forgery in Request',
  url: 'https://github.com/advisories/GHSA-p8p7-x288-28g6',
  severity: 'moderate',
};

test('advisories are found once, however many packages they come through', () => {
  const vulnerabilities = {
    request: { via: [advisory, 'tough-cookie'] },
    'bitcoin-core': { via: ['request'] },
    other: { via: [{ ...advisory, url: '', name: 'other' }] },
  };
  const audited = readAudit(JSON.stringify({ auditReportVersion: 2, vulnerabilities }));
  expect(audited.kind === 'asked' && [...audited.findings.keys()]).toEqual(['GHSA-p8p7-x288-28g6', 'other 1092972']);
});

test('a registry without advisories is told from one without findings', () => {
  expect(readAudit('{"vulnerabilities":{}}')).toEqual({ kind: 'asked', findings: new Map() });
  expect(readAudit('{"message":"405 - POST https://registry.example/-/npm"}')).toEqual({
    kind: 'not-asked',
    why: '405 - POST the registry',
  });
  expect(() => readAudit('{}')).toThrow(TypeError);
});

test('the page explains each advisory in a row of its own', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/reference/advisories.md'), 'utf8');
  expect(explainedIn(page)).toContain('GHSA-p8p7-x288-28g6');
  expect(explainedIn('GHSA-p8p7-x288-28g6 in words\n| a | GHSA-72xf-g2v4-qvf3 |')).toEqual(new Set());
});
