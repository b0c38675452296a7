import { SettingInvalid } from '@virtualchain/kernel';
import { type Flags, readFlags } from './flags.ts';
import { toggle } from './parsers.ts';
import { redactText, rememberSecret, rememberUrlSecrets } from './secrets.ts';
import type { Setting } from './setting.ts';
import { type Env, readVariable, type VariableRead } from './variable.ts';

/** The settings of a process, by the name its code knows them by. */
export type Spec = Readonly<Record<string, Setting<unknown>>>;

/** The values of settings, by the names that the spec gives them. */
export type Config<S extends Spec> = {
  readonly [Name in keyof S]: S[Name] extends Setting<infer Value> ? Value : never;
};

/** A rule over several settings: everything that is wrong with them. What was given and could not be read is undefined. */
export type Rule<S extends Spec> = (
  config: Partial<Config<S>>,
  isGiven: (name: keyof S) => boolean,
) => readonly string[];

/** The configuration breaks rules: all of them are listed, each with the input, the rule and the remedy. */
export class ConfigInvalid extends SettingInvalid {
  override readonly name = 'ConfigInvalid';

  constructor(problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`, problems);
  }
}

/**
 * Reads all settings: a flag comes before its environment variable, that before the file `<variable>_FILE` names, that
 * before the fallback. Secrets, passwords in URLs among them, are in no error, and in no log line from then on. `rules`
 * look at several settings together, whatever else is wrong: what could not be read is undefined.
 */
export function readConfig<const S extends Spec>(
  spec: S,
  env: Env,
  args: readonly string[] = [],
  rules: readonly Rule<S>[] = [],
): Config<S> {
  const { config, problems } = readSettings(spec, env, args, rules);
  if (problems.length > 0) throw new ConfigInvalid(problems);
  return Object.freeze(config) as Config<S>;
}

/** The same for who lists the problems with those of something else: what could not be read is undefined. */
export function readSettings<const S extends Spec>(
  spec: S,
  env: Env,
  args: readonly string[] = [],
  rules: readonly Rule<S>[] = [],
): { readonly config: Partial<Config<S>>; readonly problems: readonly string[] } {
  const flags = readFlags(args, flagsOf(spec));
  const problems = [...flags.problems];
  const config: Record<string, unknown> = {};
  const given = new Set<keyof S>();
  for (const [name, setting] of Object.entries(spec)) {
    const read = readSetting(setting, env, flags);
    if (read !== undefined) given.add(name);
    if (read === undefined) {
      if (setting.isRequired) problems.push(`${labelOf(setting)} is missing: ${remedyOf(setting)}`);
      config[name] = setting.fallback;
    } else if ('problem' in read) {
      problems.push(read.problem);
    } else {
      hide(setting, read.text);
      config[name] = setting.parser.parse(read.text);
      if (config[name] === undefined) problems.push(...brokenRules(setting, read.text));
      else if (setting.secret === true && typeof config[name] === 'string') rememberSecret(config[name]); // of a file, too
    }
  }
  problems.push(...rules.flatMap((rule) => rule(config as Partial<Config<S>>, (name) => given.has(name))));
  return { config: config as Partial<Config<S>>, problems: problems.map(redactText) };
}

/** The configuration as a log may show it. */
export function redactConfig<S extends Spec>(spec: S, config: Config<S>): Readonly<Record<string, unknown>> {
  const shown = Object.entries(spec).map(([name, setting]) => {
    const value = config[name];
    if (setting.secret === true && value !== undefined) return [name, '[hidden]'];
    return [name, typeof value === 'string' ? redactText(value) : value];
  });
  return Object.fromEntries(shown);
}

/** One line per setting, for `--help`. */
export function describeConfig(spec: Spec): string {
  const rows = Object.values(spec).map((setting) => {
    const names = [setting.flag === undefined ? undefined : `--${setting.flag}`, setting.env]
      .filter(Boolean)
      .join(', ');
    const fallback = setting.fallback === undefined ? '' : ` (${String(setting.fallback)})`;
    return [names, `${setting.about}${setting.isRequired ? ', required' : fallback}`] as const;
  });
  const width = Math.max(...rows.map(([names]) => names.length));
  return rows.map(([names, about]) => `  ${names.padEnd(width)}  ${about}`).join('\n');
}

function readSetting({ env: variable, flag }: Setting<unknown>, env: Env, flags: Flags): VariableRead {
  const fromFlag = flag === undefined ? undefined : flags.values.get(flag);
  if (fromFlag !== undefined) return { text: fromFlag };
  return variable === undefined ? undefined : readVariable(env, variable);
}

/** From now on no output of this process shows what is secret in the value. */
function hide(setting: Setting<unknown>, given: string): void {
  if (setting.secret === true) rememberSecret(given);
  for (const url of given.split(',').map((part) => part.trim()))
    if (URL.canParse(url)) rememberUrlSecrets(new URL(url));
}

function brokenRules(setting: Setting<unknown>, given: string): readonly string[] {
  const named = setting.parser.problemsOf?.(given) ?? [];
  if (named.length > 0) return named.map((problem) => `${labelOf(setting)} ${problem}: ${remedyOf(setting)}`);
  const isShown = setting.secret !== true && setting.parser.isQuotable;
  const value = isShown ? `is ${JSON.stringify(given)}, but ` : '';
  return [`${labelOf(setting)} ${value}must be ${setting.parser.rule}: ${remedyOf(setting)}`];
}

function labelOf({ env, flag, about }: Setting<unknown>): string {
  return `${env ?? `--${flag}`} (${about})`;
}

function remedyOf({ env, flag, parser }: Setting<unknown>): string {
  const ways = [env, env === undefined ? undefined : `${env}_FILE`, flag === undefined ? undefined : `--${flag}`];
  return `set ${ways.filter((way) => way !== undefined).join(' or ')} to ${parser.rule}`;
}

function flagsOf(spec: Spec): ReadonlyMap<string, 'alone' | 'with value'> {
  const settings = Object.values(spec);
  return new Map(
    settings.flatMap(({ flag, parser }) =>
      flag === undefined ? [] : [[flag, Object.is(parser, toggle) ? 'alone' : 'with value'] as const],
    ),
  );
}
