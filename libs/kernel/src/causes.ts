/** What was thrown, in words: the message of an error, and anything else as text. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** An error as its fields show it: those of sockets and clients have more of them than the type says. */
export type ErrorFields = Readonly<Record<string, unknown>>;

/**
 * The error and what it came from, outermost first: `cause` is JavaScript's word for it, `originalError` that of kafkajs,
 * `previous` that of MikroORM. Known by their shape, since an error may come from another realm.
 */
export function causesOf(thrown: unknown): readonly ErrorFields[] {
  const found: ErrorFields[] = [];
  let inner = thrown;
  while (typeof inner === 'object' && inner !== null && !found.includes(inner as ErrorFields)) {
    const fields = inner as ErrorFields;
    found.push(fields);
    inner = fields['cause'] ?? fields['originalError'] ?? fields['previous'];
  }
  return found;
}

const UNTRUSTED = /^(CERT_|ERR_TLS_CERT|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH)/;

/** Whether a code is one of those by which Node's TLS refuses a certificate: no further try gets past it. */
export function isUntrustedCertificate(code: unknown): boolean {
  return typeof code === 'string' && UNTRUSTED.test(code);
}
