/**
 * `npm run conformance -- <folder>`: runs vector files against the libraries. Prints a line per file, and at the end the
 * sums: cases passed and failed, files skipped. Exits with 1 on a failure.
 */
import { fileURLToPath } from 'node:url';
import { isExpectedError } from '@virtualchain/kernel';
import { fileLines, summaryLine } from './src/report.ts';
import { type FileReport, runFolder } from './src/run-folder.ts';

const folder = process.argv[2] ?? fileURLToPath(new URL('../vectors/', import.meta.url));
const reports: FileReport[] = [];
try {
  for await (const report of runFolder(folder)) {
    reports.push(report);
    for (const line of fileLines(report)) console.log(line);
  }
  console.log(summaryLine(reports));
  process.exitCode = reports.some(({ failures }) => failures.length > 0) ? 1 : 0;
} catch (error) {
  if (!isExpectedError(error)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
