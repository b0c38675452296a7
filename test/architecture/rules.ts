import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Who may import whom: design §3 as data. Tests and test kits are not held to it. */
interface Rule {
  readonly folder: RegExp;
  /** Packages of ours. */
  readonly ours: readonly string[];
  /** Packages of others; `node:` stands for all of Node's own. */
  readonly others: readonly string[];
}

const PURE_OTHERS = ['@noble/hashes', '@noble/curves', '@scure/base'];

export const RULES: readonly Rule[] = [
  { folder: /^libs\/kernel\//, ours: [], others: [] },
  { folder: /^libs\/failpoints\//, ours: ['kernel'], others: ['node:'] },
  { folder: /^libs\/bitcoin\//, ours: ['kernel'], others: PURE_OTHERS },
  { folder: /^libs\/protocol\//, ours: ['kernel', 'bitcoin'], others: [...PURE_OTHERS, 'typebox'] },
  { folder: /^libs\/machine\//, ours: ['kernel', 'bitcoin', 'protocol'], others: PURE_OTHERS },
  { folder: /^libs\/machines\//, ours: ['kernel', 'bitcoin', 'protocol', 'machine'], others: PURE_OTHERS },
  {
    folder: /^libs\/node-client\//,
    ours: ['kernel', 'bitcoin'],
    others: ['node:', 'bitcoin-core', 'p-limit', 'rxjs', 'zeromq'],
  },
  { folder: /^libs\/postgres\//, ours: ['kernel'], others: ['node:'] },
  {
    folder: /^libs\/operation-log\//,
    ours: ['kernel', 'failpoints', 'bitcoin', 'protocol', 'postgres'],
    others: ['node:', 'kafkajs', 'p-timeout', 'pg'],
  },
  {
    folder: /^libs\/projection\//,
    ours: ['kernel', 'failpoints', 'bitcoin', 'protocol', 'machine', 'operation-log', 'postgres'],
    others: ['node:', '@mikro-orm', 'kysely', 'pg'],
  },
  {
    folder: /^libs\/subscriptions\//,
    ours: ['kernel', 'protocol', 'machine', 'projection', 'definitions'],
    others: ['p-limit'],
  },
  { folder: /^libs\/access\//, ours: ['kernel', 'postgres', 'projection'], others: ['node:', 'kysely'] },
  { folder: /^libs\/webhooks\//, ours: ['kernel', 'process'], others: ['node:', 'ipaddr.js'] },
  // In browsers, too: nothing of Node's, and of ours what is pure.
  {
    folder: /^libs\/gateway-client\/src\/(verify|types)\//,
    ours: ['kernel', 'bitcoin', 'protocol', 'machine'],
    others: [],
  },
  { folder: /^libs\/gateway-client\//, ours: ['kernel', 'protocol'], others: [] },
  { folder: /^libs\/client\//, ours: ['kernel', 'bitcoin', 'protocol', 'operation-log'], others: ['node:', 'rxjs'] },
  {
    folder: /^libs\/wallet\//,
    ours: ['kernel', 'bitcoin', 'protocol', 'node-client'],
    others: ['node:', '@noble', '@scure'],
  },
  { folder: /^libs\/regtest-node\//, ours: ['bitcoin'], others: ['node:', '@noble'] },
  // What runs in a browser, and what serves it.
  { folder: /^libs\/explorer\/page\//, ours: ['bitcoin'], others: ['preact'] },
  { folder: /^libs\/explorer\//, ours: ['kernel'], others: ['node:'] },
  {
    folder: /^libs\/process\//,
    ours: ['kernel', 'postgres'],
    others: ['node:', 'pino', 'prom-client', '@opentelemetry'],
  },
  {
    folder: /^libs\/definitions\//,
    ours: [
      ...['kernel', 'bitcoin', 'protocol', 'machine'],
      ...['machine-kv', 'machine-activity', 'machine-bns', 'machine-stacks', 'machine-opreturn'],
    ],
    others: ['node:'],
  },
  // A package of its own: what it imports is what a user's may.
  { folder: /^libs\/create-virtualchain\/template\//, ours: ['bitcoin', 'protocol', 'machine'], others: [] },
  { folder: /^libs\/create-virtualchain\//, ours: ['kernel'], others: ['node:'] },
  {
    folder: /^libs\/testing\//,
    ours: ['kernel', 'bitcoin', 'protocol', 'machine', 'node-client'],
    others: ['node:', '@noble', '@scure'],
  },
];

const SERVICES = ['ingester', 'projector', 'cli', 'gateway', 'relay'];
/** The one executable starts the processes of the others, each by a door of its own, runs a projector within `vchain dev`, and an ingester for a sample. */
const EXECUTABLE: Readonly<Record<string, readonly string[]>> = {
  'services/cli/src/usage/processes.ts': [
    '@virtualchain/ingester/service',
    '@virtualchain/projector/service',
    '@virtualchain/gateway/service',
    '@virtualchain/relay/service',
  ],
  'services/cli/src/dev/loop/revision/fold.ts': ['@virtualchain/projector'],
  'services/cli/src/plan/sample.ts': ['@virtualchain/ingester'],
};
/** The wall's clock is the one file of the kernel that is not pure; pure libraries are handed a clock, and cannot name it. */
const PURE = /^libs\/(kernel\/src\/(?!(wall-clock|index)\.ts)|(bitcoin|protocol|machine|machines\/[^/]+)\/)/;
/** What a pure library must not touch: clocks, randomness, timers, locale. */
const IMPURE =
  /\b(wallClock|Date\.now|new Date\(|Math\.random|performance\.now|setTimeout|setInterval|setImmediate|toLocale\w+|localeCompare|Intl\.|process\.|crypto\.getRandomValues)/;

/** Packages whose bounds stand in one file, `src/limits.ts`, and what a bound is called. */
const LIMITED =
  /^(libs\/(operation-log|postgres|projection|node-client|client|gateway-client|machine|subscriptions|access|webhooks)|services\/(ingester|projector|gateway|relay))\/src\//;
const LIMIT = /^(?:export )?const (?!INT64)(\w+(?:_MAX|_MS|_BYTES|_FIRST|_RETRY|Max|Ms|MsDefault|MaxDefault))\b/gm;

/** Folders that the rules of imports hold for; tests may reach into everything. */
const RULED = ['libs', 'services', 'infra'];

export function sourceFiles(root: string, folders: readonly string[] = [...RULED, 'test']): string[] {
  return folders.flatMap((folder) => walk(join(root, folder))).map((file) => relative(root, file).split(sep).join('/'));
}

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === 'node_modules') return [];
    if (statSync(path).isDirectory()) return walk(path);
    return /\.tsx?$/.test(path) ? [path] : [];
  });
}

const isTest = (file: string): boolean => /\.(test|example|bench)\.ts$|\/scripts\//.test(file);

/** Every breach, as `file: why`. */
export function breaches(file: string, source: string): string[] {
  if (isTest(file)) return [];
  const found: string[] = [];
  const rule = RULES.find(({ folder }) => folder.test(file));
  for (const specifier of importsOf(source)) {
    if (specifier.startsWith('.')) {
      if (crossesPackage(file, specifier))
        found.push(`${file}: reaches into another package (${specifier}); import its door`);
      continue;
    }
    const ours = /^@virtualchain\/([^/]+)(\/.+)?$/.exec(specifier);
    if (ours !== null) {
      const [, name = '', deep] = ours;
      if (EXECUTABLE[file]?.includes(specifier)) continue;
      if (deep !== undefined) found.push(`${file}: imports ${specifier}; a library has one door`);
      if (SERVICES.includes(name) && /^(libs|services)\//.test(file))
        found.push(`${file}: imports the service ${name}`);
      else if (rule !== undefined && !rule.ours.includes(name)) found.push(`${file}: may not import ${specifier}`);
    } else if (
      rule !== undefined &&
      !rule.others.some(
        (allowed) => specifier === allowed || specifier.startsWith(allowed.endsWith(':') ? allowed : `${allowed}/`),
      )
    ) {
      found.push(`${file}: may not import ${specifier}`);
    }
  }
  if (LIMITED.test(file) && !file.endsWith('/limits.ts')) {
    for (const [, name] of source.matchAll(LIMIT)) found.push(`${file}: ${name} is a limit; it belongs into limits.ts`);
  }
  if (PURE.test(file)) {
    const impure = IMPURE.exec(withoutComments(source));
    if (impure !== null) found.push(`${file}: a pure library uses ${impure[1]}`);
  }
  return found;
}

export function importsOf(source: string): string[] {
  return [
    ...source.matchAll(
      /^\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^import\s*'([^']+)'/gm,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function crossesPackage(file: string, specifier: string): boolean {
  const packageOf = (path: string): string => /^(libs\/machines\/[^/]+|[^/]+\/[^/]+)\//.exec(path)?.[1] ?? path;
  const target = join(file, '..', specifier).split(sep).join('/');
  return packageOf(target) !== packageOf(file);
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
}

export function allBreaches(root: string): string[] {
  return sourceFiles(root, RULED).flatMap((file) => breaches(file, readFileSync(join(root, file), 'utf8')));
}
