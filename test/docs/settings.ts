import type { Spec } from '@virtualchain/process';
import { kafkaSecuritySpec, watchedSpec } from '@virtualchain/process';
import { spec as gateway } from '../../services/gateway/src/config.ts';
import { spec as ingester } from '../../services/ingester/src/settings/config.ts';
import { spec as projector } from '../../services/projector/src/config.ts';
import { spec as relay } from '../../services/relay/src/config.ts';
import { markdownTable } from './page.ts';

/** What every process shares: told once. */
const SHARED: Spec = { ...kafkaSecuritySpec, ...watchedSpec };

/** Tables of the settings that the code reads, by the names of their parts of the page. */
export function settingsParts(): ReadonlyMap<string, string> {
  return new Map([
    ['ingester', settingsTable(ingester, SHARED)],
    ['projector', settingsTable(projector, SHARED)],
    ['gateway', settingsTable(gateway, SHARED)],
    ['relay', settingsTable(relay, SHARED)],
    ['kafka', settingsTable(kafkaSecuritySpec)],
    ['watched', settingsTable(watchedSpec)],
  ]);
}

function settingsTable(spec: Spec, toldElsewhere: Spec = {}): string {
  const rows = Object.entries(spec)
    .filter(([name]) => !Object.hasOwn(toldElsewhere, name))
    .map(([, { env, flag, about, isRequired, fallback }]) => [
      env === undefined ? '' : `\`${env}\``,
      flag === undefined ? '' : `\`--${flag}\``,
      about,
      isRequired ? 'required' : fallback === undefined ? '' : `\`${String(fallback)}\``,
    ]);
  return markdownTable(['variable', 'flag', 'what', 'when absent'], rows);
}

/** The flags that a process of a deployment reads. */
export function processFlags(name: string): readonly string[] {
  const specs: Readonly<Record<string, Spec>> = { ingester, projector, gateway, relay };
  const spec = specs[name] ?? {};
  return ['chain', 'chain-parameters', ...Object.values(spec).flatMap(({ flag }) => flag ?? [])];
}
