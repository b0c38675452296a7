/**
 * Prints the bill of materials (CycloneDX) of the folder it is called in, as `npm sbom` sees it, and of the system around it;
 * SOURCE_DATE_EPOCH is its time.
 */
import { execFileSync } from 'node:child_process';
import { type Bill, billOfMaterials } from '../src/bill-of-materials.ts';

const maxBuffer = 64 * 1024 * 1024;
const printed = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--omit=dev'], { encoding: 'utf8', maxBuffer });

function debianPackages(): string {
  try {
    return execFileSync('dpkg-query', ['--show'], { encoding: 'utf8', maxBuffer });
  } catch {
    return ''; // another system
  }
}

const base = {
  node: process.version,
  debian: debianPackages(),
  epoch: Number(process.env['SOURCE_DATE_EPOCH'] ?? 0),
};
console.log(JSON.stringify(billOfMaterials(JSON.parse(printed) as Bill, base), null, 2));
