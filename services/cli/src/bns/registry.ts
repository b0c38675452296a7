import { type BnsCollections, type BnsParameters, type BnsView, readParameters } from '@virtualchain/machine-bns';
import { liveBuild, type MachineInstance, openReader, type Reader } from '@virtualchain/projection';
import { type Connection, instanceOf, need } from '../connection.ts';
import { QueryInvalid, wholeNumber } from '../values.ts';

/** The machine as its projector runs it, and its projection. */
export interface Registry extends AsyncDisposable {
  readonly instance: MachineInstance;
  readonly rules: BnsParameters;
  readonly reader: Reader<BnsCollections>;
  /** The view at a height, or at the newest one. */
  view<Answer>(at: number | 'tip', ask: (view: BnsView) => Promise<Answer>): Promise<Answer>;
}

/** What every command that reads takes. */
export interface ReadingOptions {
  readonly at?: string;
  readonly json: boolean;
}

const MACHINE = 'bns';

/** @throws SettingMissing. Reading throws where there is no live build, or one with other parameters than those given. */
export async function openRegistry(connection: Connection): Promise<Registry> {
  const postgresUrl = need(connection, 'postgresUrl');
  const live = await liveBuild(postgresUrl, connection.chain, MACHINE);
  const known =
    live === null
      ? connection
      : { network: live.network, chainParameters: JSON.stringify(live.parameters.chain), ...connection };
  const instance = await instanceOf(known, MACHINE);
  const rules = readParameters(instance.parameters);
  const reader = await openReader<BnsCollections>(postgresUrl, instance);
  return {
    instance,
    rules,
    reader,
    view: (at, ask) => reader.read(at, (reading) => ask({ reading, rules })),
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  };
}

/** `--at HEIGHT`, or the tip. */
export function heightAsked(at: string | undefined): number | 'tip' {
  if (at === undefined) return 'tip';
  const height = wholeNumber('--at', at);
  if (height < 0) throw new QueryInvalid(`--at ${height}: a height is 0 or more`);
  return height;
}
