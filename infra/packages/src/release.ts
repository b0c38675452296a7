import type { Manifest } from './published.ts';

/** A release that cannot be made, and why. */
export class ReleaseRefused extends Error {
  override readonly name = 'ReleaseRefused';
}

type Changeable = Manifest & { readonly [field: string]: unknown };

/** The same `package.json` at another version, asking for packages of ours at exactly that one. */
export function atVersion(manifest: Changeable, version: string, ours: ReadonlySet<string>): Changeable {
  const asking = (wanted: Readonly<Record<string, string>> | undefined) =>
    wanted && Object.fromEntries(Object.entries(wanted).map(([name, at]) => [name, ours.has(name) ? version : at]));
  const { dependencies, devDependencies } = manifest;
  return {
    ...manifest,
    version,
    ...(dependencies === undefined ? {} : { dependencies: asking(dependencies) }),
    ...(devDependencies === undefined ? {} : { devDependencies: asking(devDependencies) }),
  } as Changeable;
}

/** The same `Chart.yaml` at another version, for images of that version. */
export function chartAtVersion(chart: string, version: string): string {
  return chart.replace(/^(version|appVersion): .*$/gm, `$1: ${version}`);
}

const UNRELEASED = '## Unreleased\n';

/**
 * The change log with what is unreleased under the version and its day (ISO 8601), and nothing unreleased.
 *
 * @throws ReleaseRefused where nothing has changed, or the version was released before.
 */
export function released(changelog: string, version: string, day: string): string {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new ReleaseRefused(`${version} is no version: three numbers with dots`);
  if (changelog.includes(`\n## ${version}`)) throw new ReleaseRefused(`CHANGELOG.md has ${version} already`);
  const [before = '', after = ''] = changelog.split(UNRELEASED, 2);
  const changes = after.split('\n## ', 1)[0] ?? '';
  if (changes.trim() === '') throw new ReleaseRefused('CHANGELOG.md says of nothing that it is unreleased');
  return `${before}${UNRELEASED}\n## ${version} (${day})\n${after}`;
}
