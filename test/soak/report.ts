import type { Outcome } from './run.ts';

/** What a run found, for people. */
export function report({ samples, findings, wrong }: Outcome): readonly string[] {
  const last = samples.at(-1);
  const told =
    last === undefined
      ? []
      : [
          `${last.seconds.toFixed(0)} s, ${last.blocks} blocks, ${last.operations} operations, ${last.reorgs} reorganisations; on disk: Kafka ${last.kafkaMb.toFixed(0)} MB, Postgres ${last.postgresMb.toFixed(0)} MB`,
        ];
  const figures = findings?.map(
    ({ of, what, had, limit, isBroken }) =>
      `${isBroken ? 'BROKEN' : 'ok    '} ${of.padEnd(14)} ${what}: ${had.toFixed(2)}, at most ${limit}`,
  );
  return [
    ...told,
    ...(figures ?? ['too short to tell: give it more time or more reorganisations']),
    ...wrong.map((what) => `WRONG  ${what}`),
  ];
}

/** Whether a run was long enough to tell, and nothing was broken. */
export const isGood = ({ findings, wrong }: Pick<Outcome, 'findings' | 'wrong'>): boolean =>
  findings !== null && wrong.length === 0 && findings.every(({ isBroken }) => !isBroken);
