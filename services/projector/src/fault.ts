import { type Clock, ExpectedError, isExpectedError, wallClock } from '@virtualchain/kernel';
import { MachineFaulted } from '@virtualchain/machine';
import type { OperationLog } from '@virtualchain/operation-log';
import { type Checkpoint, type Fault, findCommonBlock, type Projection } from '@virtualchain/projection';
import { RESUME_POLL_MS } from './limits.ts';
import type { ProjectorEvents } from './projector-events.ts';

/** What a projection that failed is brought back with. */
interface Recovery {
  readonly log: OperationLog;
  readonly topic: string;
  readonly signal: AbortSignal;
  readonly events: ProjectorEvents;
  readonly clock?: Pick<Clock, 'sleep'>;
}

/**
 * A fork of the log is rewound; anything else becomes the projection's fault. A database that is away just then is no
 * reason to end: the next round meets the same error again.
 */
export async function recover(
  projection: Projection,
  standing: Checkpoint | undefined,
  error: ExpectedError,
  options: Recovery,
): Promise<void> {
  try {
    const fault = error.remedy === 'rewind' ? await rewind(projection, options) : error;
    options.events.state(fault === null ? 'retrying' : 'faulted', fault ?? error);
    if (fault !== null) await projection.setFault(faultOf(fault), standing);
  } catch (failure) {
    if (!isExpectedError(failure) || failure.remedy !== 'retry') throw failure;
    options.events.state('retrying', failure);
  }
}

/** Takes the projection back to the newest block that the log still has. Answers with what forbids it, if anything. */
async function rewind(projection: Projection, { log, topic }: Recovery): Promise<ExpectedError | null> {
  try {
    const common = await findCommonBlock(log, topic, projection);
    await projection.rewind(common.block);
    return null;
  } catch (failure) {
    if (!isExpectedError(failure) || failure.remedy === 'retry') throw failure;
    return failure;
  }
}

function faultOf(error: ExpectedError): Fault {
  const at = error instanceof MachineFaulted ? error : null;
  return {
    code: error.code,
    message: error.message,
    height: at?.height ?? null,
    txid: at?.txid ?? null,
    sequence: at?.sequence ?? null,
  };
}

/** A fault stands in the checkpoint; `vchain resume` or `vchain attach` takes it away. */
export async function waitUntilResumed(
  projection: Projection,
  { signal, events, clock = wallClock }: Recovery,
): Promise<void> {
  for (let told = false; !signal.aborted; told = true) {
    const { status, fault, cursor } = await projection.checkpoint();
    if (status !== 'faulted') return;
    if (!told) events.opened(projection.schema, cursor);
    if (!told) events.state('faulted', fault === null ? null : new StandingFault(fault));
    await clock.sleep(RESUME_POLL_MS, signal);
  }
}

/** A fault that was recorded by an earlier run. */
class StandingFault extends ExpectedError {
  override readonly name = 'StandingFault';
  readonly code: string;
  readonly remedy = 'halt';

  constructor({ code, message }: Fault) {
    super(message);
    this.code = code;
  }
}
