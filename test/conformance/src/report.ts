import type { FileReport } from './run-folder.ts';

/** One line for a file, and the failures below it. */
export function fileLines({ file, schema, passed, failures, corrected, skipped }: FileReport): readonly string[] {
  if (skipped !== null) return [`skipped  ${file}  ${schema === null ? '' : `${schema}: `}${skipped}`];
  const corrections = [...corrected].map(([row, count]) => `, ${count} corrected (spec §11 row ${row})`).join('');
  return [
    `${failures.length === 0 ? 'passed ' : 'FAILED '}  ${file}  ${passed} passed, ${failures.length} failed${corrections}`,
    ...failures.slice(0, failuresShownMax).flatMap(({ name, difference }) => [`  ${file}: ${name}`, difference]),
    ...(failures.length > failuresShownMax ? [`  … and ${failures.length - failuresShownMax} more`] : []),
  ];
}

const failuresShownMax = 5;

/** The last line: cases passed and failed, files skipped. */
export function summaryLine(reports: readonly FileReport[]): string {
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  const failed = reports.reduce((sum, report) => sum + report.failures.length, 0);
  return `${passed} passed, ${failed} failed, ${reports.filter(({ skipped }) => skipped !== null).length} skipped`;
}
