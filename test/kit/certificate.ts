import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Files of a key and of a certificate that nobody else signed. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Makes them in a folder, for 127.0.0.1 and no name; null, and said so, where there is no openssl to make them with. */
export function makeCertificate(folder: string): Certificate | null {
  const [key, cert] = [join(folder, 'server.key'), join(folder, 'server.crt')];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=virtualchain test'];
  try {
    execFileSync('openssl', [...made, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], {
      stdio: 'pipe',
    });
    return { key, cert };
  } catch {
    console.warn('skipped: there is no openssl to make a certificate with');
    return null;
  }
}
