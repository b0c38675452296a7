import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import type { Row, Side } from './interleave.ts';

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly platform: string;
  readonly node: string;
  readonly load: readonly number[];
}

export function machineOf(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${platform()} ${arch()}`,
    node: process.version,
    load: loadavg().map((load) => Number(load.toFixed(2))),
  };
}

/** A row on one line of a terminal. */
export function lineOf(row: Row): string {
  const state = row.met ? 'met' : 'not met';
  const ratio = row.ratio === null ? 'no ratio' : `${figure(row.ratio)}x`;
  const head = `${row.name} ${row.workload}`.padEnd(28);
  const details = row.details.length > 0 ? `; ${row.details.join(', ')}` : '';
  return `${head} ours ${oursText(row)}, peer ${peerText(row)}: ${ratio}, target ${row.target}: ${state}${details}`;
}

/** The whole of BENCHMARKS.md. */
export function documentOf(rows: readonly (Row & { readonly machine: Machine })[]): string {
  const { machine } = rows.at(-1) ?? { machine: machineOf() };
  const table = rows.map((row) =>
    [
      row.name,
      row.workload,
      oursText(row),
      peerText(row),
      row.ratio === null ? '–' : `${figure(row.ratio)}x`,
      row.target,
      row.met ? 'yes' : '**no**',
      String(row.machine.load[0] ?? ''),
    ].join(' | '),
  );
  return `# Benchmarks

Written by \`npm run bench\`. Ours and the peer ran in turn in one run on one machine, both did the same work, and their
answers were compared before a time counted. Times are medians of CPU time (user and system, of all processes of a side),
with wall time in brackets. Ratios count; absolute times depend on the machine. Each row is a run of its own, and the load of the
machine at its end stands beside it.

Measured on ${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, ${machine.platform}, Node ${machine.node}.

| row | workload | ours | peer | ratio | target | met | load |
| --- | --- | --- | --- | --- | --- | --- | --- |
${table.map((cells) => `| ${cells} |`).join('\n')}

## Notes

${rows.flatMap(notesOf).join('\n')}
`;
}

function notesOf({ name, workload, note, details }: Row): readonly string[] {
  if (note === '' && details.length === 0) return [];
  return [`- **${name} ${workload}**: ${[note, details.join(', ')].filter((text) => text !== '').join(' ')}`];
}

function oursText({ ours }: Row): string {
  return 'amount' in ours ? `${figure(ours.amount)} ${ours.unit}` : sideText(ours);
}

function peerText({ peer }: Row): string {
  if (peer === null) return '–';
  return 'missing' in peer ? `peer missing (${peer.missing})` : `${peer.name}: ${sideText(peer)}`;
}

function sideText({ cpuMs, wallMs, spread }: Side): string {
  if (cpuMs === 0) return `${figure(wallMs)} ms of wall time`;
  return `${figure(cpuMs)} ms (${figure(wallMs)} ms, spread ${figure(spread)})`;
}

/** Three digits that count. */
function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
