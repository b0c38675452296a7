import { type BnsCollections, type BnsParameters, type BnsView, readParameters } from '@virtualchain/machine-bns';
import { liveAmong, type MachineInstance, openRegistry, type Reader, readerOf } from '@virtualchain/projection';
import { type Connection, need } from '../connection.ts';
import { instanceAmong } from '../machine-of.ts';
import { heightOf } from '../values.ts';

/** The name system as its projector runs it, and its projection. */
export interface NameSystem extends AsyncDisposable {
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
export async function openNameSystem(connection: Connection): Promise<NameSystem> {
  const registry = await openRegistry(need(connection, 'postgresUrl'));
  try {
    const builds = await registry.builds();
    const live = liveAmong(builds, connection.chain, MACHINE);
    const known =
      live === null
        ? connection
        : { network: live.network, chainParameters: JSON.stringify(live.parameters.chain), ...connection };
    const instance = await instanceAmong({ ...known, network: need(known, 'network') }, MACHINE, builds);
    const rules = readParameters(instance.parameters);
    const reader = readerOf<BnsCollections>(registry, instance);
    return {
      instance,
      rules,
      reader,
      view: (at, ask) => reader.read(at, (reading) => ask({ reading, rules })),
      [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
    };
  } catch (error) {
    await registry[Symbol.asyncDispose]();
    throw error;
  }
}

/** `--at HEIGHT`, or the tip. */
export function heightAsked(at: string | undefined): number | 'tip' {
  return at === undefined ? 'tip' : heightOf('--at', at);
}
