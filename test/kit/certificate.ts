import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of a key and of a certificate for 127.0.0.1 and no name. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate, and the file of the authority that signed it. */
export interface SignedCertificate extends Certificate {
  readonly ca: string;
}

const NAMES = 'subjectAltName=IP:127.0.0.1';
const NEW_KEY = ['req', '-newkey', 'rsa:2048', '-nodes', '-subj'];

/** Makes one in a folder that nobody else signed; null, and said so, where there is no openssl to make it with. */
export function makeCertificate(folder: string): Certificate | null {
  const [key, cert] = [join(folder, 'server.key'), join(folder, 'server.crt')];
  const made = [...NEW_KEY, '/CN=virtualchain test', '-x509', '-days', '2', '-addext', NAMES];
  return openssl([[...made, '-keyout', key, '-out', cert]]) ? { key, cert } : null;
}

/** Makes an authority in a folder, and a certificate that it signed; null, and said so, where there is no openssl. */
export function makeSignedCertificate(folder: string): SignedCertificate | null {
  const [key, cert, ca] = [join(folder, 'server.key'), join(folder, 'server.crt'), join(folder, 'ca.crt')];
  const [caKey, request, extensions] = [join(folder, 'ca.key'), join(folder, 'server.csr'), join(folder, 'names')];
  writeFileSync(extensions, NAMES);
  const made = openssl([
    [...NEW_KEY, '/CN=virtualchain test authority', '-x509', '-days', '2', '-keyout', caKey, '-out', ca],
    [...NEW_KEY, '/CN=virtualchain test', '-keyout', key, '-out', request],
    [
      ...['x509', '-req', '-in', request, '-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2'],
      ...['-extfile', extensions, '-out', cert],
    ],
  ]);
  return made ? { key, cert, ca } : null;
}

function openssl(commands: readonly (readonly string[])[]): boolean {
  try {
    for (const command of commands) execFileSync('openssl', command, { stdio: 'pipe' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    console.warn('skipped: there is no openssl to make a certificate with');
    return false;
  }
}
