import { type Clock, ExpectedError, isExpectedError, wallClock } from '@virtualchain/kernel';
import type { OperationLog } from '@virtualchain/operation-log';
import { type Audited, AuditRound, type Disagreement, type PostgresProjection } from '@virtualchain/projection';
import { AUDIT_AGAIN_MS, AUDIT_ROUND_PAUSE_MS, AUDIT_STEP } from './limits.ts';

/** What is stored is not what the operations make, or not what the log says. Nothing halts: what goes on is as right as before. */
export class AuditDisagrees extends ExpectedError {
  override readonly name = 'AuditDisagrees';
  readonly code = 'AUDIT_DISAGREES';
  readonly remedy = 'halt';
  readonly height: number;
  constructor(machine: string, build: string, { height, what, stored, computed }: Disagreement) {
    super(
      `${build} does not agree from height ${height} on: ${what}: stored ${stored}, computed ${computed}; ` +
        `see what else differs with: vchain verify ${machine}; a new build is made with: vchain rebuild ${machine}`,
    );
    this.height = height;
  }
}

/** What the audit tells whoever watches. */
export interface AuditEvents {
  /** Some blocks of a build were checked. */
  audited(build: string, step: Audited): void;
  /** Every block of a build was, and the next round begins. */
  auditedAll(build: string): void;
  /** The database or the log could not be asked; it is tried again. */
  auditWaits(error: ExpectedError): void;
}

/** What is checked again, and how fast. */
export interface AuditOptions {
  readonly log: OperationLog;
  readonly topic: string;
  /** Opens the live build, whichever that is by then. */
  readonly open: () => Promise<PostgresProjection>;
  /** Operations a second, a block without any counting as one. */
  readonly pace: number;
  readonly signal: AbortSignal;
  readonly events: AuditEvents;
  readonly clock?: Pick<Clock, 'sleep'>;
}

/**
 * Checks the live build again and again beside the projector, against the rules and against the log, until told to stop. What
 * disagrees is looked at again until it does not, or until another build is live.
 */
export async function auditForEver(options: AuditOptions): Promise<void> {
  const { signal, events, clock = wallClock } = options;
  while (!signal.aborted) {
    try {
      await auditOnce(options);
      await clock.sleep(AUDIT_ROUND_PAUSE_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!isExpectedError(error)) throw error;
      events.auditWaits(error);
      await clock.sleep(AUDIT_AGAIN_MS, signal);
    }
  }
}

/** One round, or as much of it as there is before another build is live. */
async function auditOnce({ log, topic, open, pace, signal, events, clock = wallClock }: AuditOptions): Promise<void> {
  await using build = await open();
  await using round = new AuditRound(build, { log, topic, signal });
  while (!signal.aborted) {
    const step = await round.step(AUDIT_STEP);
    if (step === null) return events.auditedAll(build.schema);
    events.audited(build.schema, step);
    if (step.disagreements.length === 0) {
      await clock.sleep((Math.max(step.blocks, step.operations) * 1_000) / pace, signal);
      continue;
    }
    await clock.sleep(AUDIT_AGAIN_MS, signal);
    await using live = await open();
    if (live.schema !== build.schema) return;
  }
}
