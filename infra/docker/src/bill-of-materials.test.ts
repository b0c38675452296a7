import { expect, test } from '@jest/globals';
import { billOfMaterials } from './bill-of-materials.ts';

const packages = (serialNumber: string, folder: string) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  serialNumber,
  metadata: { timestamp: new Date().toISOString(), component: { name: folder, version: '0.1.0' } },
  components: [
    {
      name: 'rxjs',
      purl: 'pkg:npm/rxjs@7.8.2',
      externalReferences: [
        { type: 'distribution', url: 'https://registry.example/rxjs.tgz' },
        { type: 'website', url: 'https://rxjs.dev' },
      ],
    },
    { name: 'pg', purl: 'pkg:npm/pg@8.16.3' },
  ],
});
const base = { node: 'v24.21.0\n', debian: 'libc6\t2.36-9+deb12u13\nbash\t5.2.15-2+b9\n', epoch: 86_400 };

test('a bill is the same for the same contents, whenever and wherever it was made', () => {
  const bill = billOfMaterials(packages('urn:uuid:1', 'app'), base);
  expect(JSON.stringify(bill)).toBe(JSON.stringify(billOfMaterials(packages('urn:uuid:2', 'elsewhere'), base)));
  expect(JSON.stringify(bill)).not.toMatch(/registry|urn:uuid|elsewhere/);
  expect(bill.metadata).toMatchObject({
    timestamp: '1970-01-02T00:00:00.000Z',
    component: { name: 'virtualchain', version: '0.1.0' },
  });
});

test('it names the packages of npm, Node, and those of Debian', () => {
  const { components } = billOfMaterials(packages('urn:uuid:1', 'app'), base);
  expect(components?.map(({ purl }) => purl)).toEqual([
    'pkg:deb/debian/bash@5.2.15-2%2Bb9',
    'pkg:deb/debian/libc6@2.36-9%2Bdeb12u13',
    'pkg:generic/node@24.21.0',
    'pkg:npm/pg@8.16.3',
    'pkg:npm/rxjs@7.8.2',
  ]);
});
