/** A CycloneDX document, as far as it is looked at. */
export interface Bill {
  readonly serialNumber?: string;
  readonly metadata?: { readonly component?: object } & Readonly<Record<string, unknown>>;
  readonly components?: readonly Component[];
  readonly [field: string]: unknown;
}

interface Component {
  readonly externalReferences?: readonly { readonly type: string }[];
  readonly [field: string]: unknown;
}

/** What an image holds beside the packages of npm. */
export interface Base {
  /** As `node --version` prints it. */
  readonly node: string;
  /** Lines of `dpkg-query --show`: name, tab, version; none where there is no Debian. */
  readonly debian: string;
  /** Seconds since 1970: what the document says of its own time. */
  readonly epoch: number;
}

/**
 * The bill of materials of an image: what `npm sbom` says of packages, and Node and Debian's packages. The same for the same
 * contents, wherever and whenever it was made: no number of its own, no name of a folder, no address that a package came from.
 */
export function billOfMaterials(packages: Bill, { node, debian, epoch }: Base): Bill {
  const { serialNumber: _drawn, metadata, components = [], ...rest } = packages;
  const all = [...components.map(withoutAddress), nodeItself(node), ...debianPackages(debian)];
  return {
    ...rest,
    metadata: {
      ...metadata,
      timestamp: new Date(epoch * 1_000).toISOString(),
      component: { ...metadata?.component, name: 'virtualchain' },
    },
    components: all.sort(byPurl),
  };
}

function withoutAddress(component: Component): Component {
  const kept = component.externalReferences?.filter(({ type }) => type !== 'distribution');
  return kept === undefined ? component : { ...component, externalReferences: kept };
}

function nodeItself(printed: string): Component {
  const version = printed.trim().replace(/^v/, '');
  return { type: 'platform', name: 'node', version, purl: `pkg:generic/node@${version}` };
}

function debianPackages(shown: string): Component[] {
  return shown
    .split('\n')
    .map((line) => line.split('\t'))
    .flatMap(([name = '', version = '']) =>
      name === '' || version === ''
        ? []
        : [{ type: 'library', name, version, purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}` }],
    );
}

function byPurl(a: Component, b: Component): number {
  const [one, other] = [String(a['purl']), String(b['purl'])];
  return one < other ? -1 : one > other ? 1 : 0;
}
