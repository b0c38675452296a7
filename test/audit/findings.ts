/** What `npm audit --json` said: the advisories that it found, by id; or that nobody could be asked. */
export type Audited =
  | { readonly kind: 'asked'; readonly findings: ReadonlyMap<string, Finding> }
  | { readonly kind: 'not-asked'; readonly why: string };

/** One advisory, and the package that it is about. */
export interface Finding {
  readonly name: string;
  readonly severity: string;
  readonly title: string;
}

const ADVISORY = /GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}/g;

/** @throws SyntaxError where it is no JSON, TypeError where it is no answer of `npm audit` */
export function readAudit(json: string): Audited {
  const answer = JSON.parse(json) as {
    vulnerabilities?: Record<string, { via: readonly unknown[] }>;
    message?: string;
  };
  const { vulnerabilities, message } = answer;
  if (vulnerabilities === undefined) {
    if (message === undefined) throw new TypeError('npm audit has answered with neither findings nor a message');
    return { kind: 'not-asked', why: message.replace(/https?:\/\/\S+/g, 'the registry') };
  }
  const findings = new Map<string, Finding>();
  // What is said in words is the name of a package that the finding came through.
  for (const via of Object.values(vulnerabilities).flatMap((found) => found.via)) {
    if (typeof via === 'string') continue;
    const {
      url = '',
      name = '',
      severity = '',
      title = '',
      source,
    } = via as Finding & { url?: string; source?: number };
    findings.set(url.match(ADVISORY)?.[0] ?? `${name} ${source}`, { name, severity, title });
  }
  return { kind: 'asked', findings };
}

/** The advisories that a page explains: those in the first cell of a row. */
export function explainedIn(page: string): ReadonlySet<string> {
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  return new Set(rows.flatMap((row) => row.split('|')[1]?.match(ADVISORY) ?? []));
}
