import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { SnapshotNotWritten, SnapshotRefused } from '../errors.ts';
import { SNAPSHOT_HEADER_BYTES_MAX } from '../limits.ts';

/**
 * A snapshot file: one line that names the format, one with the header as JSON, one with the Ed25519 signature of the
 * header line as hex; then lines of JSON, gzipped: blocks, operations, transitions and rows. The header holds the sha256
 * of the gzipped part, so that the signature covers all.
 */
const FORMAT = 'vchain-snapshot 1';

/** What a snapshot says of itself in its first line; the signature covers it. */
export interface SnapshotHeader {
  readonly chain: string;
  readonly machine: string;
  readonly version: number;
  readonly network: string;
  readonly parametersHash: string;
  readonly height: number;
  readonly hash: string;
  readonly consensusHash: string;
  readonly changesHash: string;
  /** Of the gzipped part. */
  readonly contentSha256: string;
  /** Ed25519 public key of the signer, 64 hex digits. */
  readonly signer: string;
}

/** One line of the content. Amounts and offsets are decimal text, bytes hex. */
export type SnapshotLine =
  | { readonly t: 'block'; readonly [column: string]: unknown }
  | { readonly t: 'operation'; readonly [column: string]: unknown }
  | { readonly t: 'transition'; readonly [column: string]: unknown }
  | {
      readonly t: 'row';
      readonly c: string;
      readonly from: number;
      readonly to: number | null;
      readonly v: Readonly<Record<string, unknown>>;
    };

/** The signer of a key file: an Ed25519 private key, PEM. @throws SnapshotRefused */
export function signerOf(pem: string): { readonly key: KeyObject; readonly publicKey: string } {
  const key = readKey(pem);
  if (key.asymmetricKeyType !== 'ed25519')
    throw new SnapshotRefused(
      `the signing key is ${key.asymmetricKeyType}, not ed25519; make one: openssl genpkey -algorithm ed25519`,
    );
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return { key, publicKey: der.subarray(-32).toString('hex') };
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new SnapshotRefused('the signing key is no private key in PEM', { cause });
  }
}

/**
 * Writes a snapshot whole or not at all: beside its place first, then moved there. A file that is there already is not
 * touched.
 *
 * @throws SnapshotNotWritten
 */
export async function writeSnapshotFile(
  path: string,
  header: Omit<SnapshotHeader, 'contentSha256' | 'signer'>,
  pem: string,
  lines: AsyncIterable<SnapshotLine>,
): Promise<SnapshotHeader> {
  const { key, publicKey } = signerOf(pem);
  await refuseTaken(path);
  const content = `${path}.content`;
  try {
    const hash = createHash('sha256');
    await pipeline(
      Readable.from(asText(lines)),
      createGzip(),
      tap((chunk) => hash.update(chunk)),
      createWriteStream(content),
    );
    const whole: SnapshotHeader = { ...header, contentSha256: hash.digest('hex'), signer: publicKey };
    const headerLine = JSON.stringify(whole);
    const signature = sign(null, Buffer.from(headerLine), key).toString('hex');
    const file = createWriteStream(`${path}.new`);
    file.write(`${FORMAT}\n${headerLine}\n${signature}\n`);
    await pipeline(createReadStream(content), file);
    await rename(`${path}.new`, path);
    return whole;
  } catch (error) {
    throw isFileError(error) ? new SnapshotNotWritten(path, error.message) : error;
  } finally {
    await rm(content, { force: true });
    await rm(`${path}.new`, { force: true });
  }
}

async function refuseTaken(path: string): Promise<void> {
  const isThere = (place: string): Promise<boolean> =>
    access(place).then(
      () => true,
      () => false,
    );
  if (await isThere(path)) throw new SnapshotNotWritten(path, 'it is there already');
  if (!(await isThere(dirname(path)))) throw new SnapshotNotWritten(path, `there is no folder ${dirname(path)}`);
}

/** A disk that is full, a folder that is closed to us: by its shape, as errors of Node have it. */
function isFileError(error: unknown): error is NodeJS.ErrnoException {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return error instanceof Error && typeof code === 'string' && ['open', 'write', 'rename'].includes(syscall ?? '');
}

/**
 * Reads the header of a snapshot and checks the whole file against it: the signature by one of `signers` (name → public
 * key), or by nobody in particular where that is null, and the content's hash.
 *
 * @throws SnapshotRefused
 */
export async function openSnapshotFile(
  path: string,
  signers: ReadonlyMap<string, string> | null,
): Promise<{ readonly header: SnapshotHeader; readonly signer: string | null; lines(): AsyncIterable<SnapshotLine> }> {
  const { header, headerLine, signature, contentStart } = await readHead(path);
  let signer: string | null = null;
  if (signers !== null) {
    signer = [...signers].find(([, key]) => key === header.signer)?.[0] ?? null;
    if (signer === null)
      throw new SnapshotRefused(
        `${path} is signed by ${header.signer}, who is none of the named signers (${[...signers.keys()].join(', ') || 'none'})`,
      );
    if (!verify(null, Buffer.from(headerLine), publicKeyOf(header.signer), Buffer.from(signature, 'hex'))) {
      throw new SnapshotRefused(`${path}: the signature is not ${signer}'s over this header`);
    }
  }
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { start: contentStart })) hash.update(chunk as Buffer);
  if (hash.digest('hex') !== header.contentSha256)
    throw new SnapshotRefused(`${path}: the content is not what the header was signed for`);
  return { header, signer, lines: () => linesOf(path, contentStart) };
}

async function readHead(
  path: string,
): Promise<{ header: SnapshotHeader; headerLine: string; signature: string; contentStart: number }> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(
    Buffer.alloc(SNAPSHOT_HEADER_BYTES_MAX),
    0,
    SNAPSHOT_HEADER_BYTES_MAX,
    0,
  );
  const head = buffer.subarray(0, bytesRead);
  const ends: number[] = [];
  for (let at = head.indexOf(10); at >= 0 && ends.length < 3; at = head.indexOf(10, at + 1)) ends.push(at);
  const [first, second, third] = ends;
  if (
    first === undefined ||
    second === undefined ||
    third === undefined ||
    head.toString('latin1', 0, first) !== FORMAT
  ) {
    throw new SnapshotRefused(`${path} is no snapshot: it does not begin with "${FORMAT}", a header and a signature`);
  }
  const headerLine = head.toString('utf8', first + 1, second);
  const header = parseHeader(path, headerLine);
  return { header, headerLine, signature: head.toString('latin1', second + 1, third), contentStart: third + 1 };
}

function parseHeader(path: string, line: string): SnapshotHeader {
  try {
    const header = JSON.parse(line) as SnapshotHeader;
    const isWhole = [
      header.chain,
      header.machine,
      header.network,
      header.hash,
      header.contentSha256,
      header.signer,
    ].every((value) => typeof value === 'string');
    if (isWhole && Number.isSafeInteger(header.height)) return header;
  } catch {
    // said below
  }
  throw new SnapshotRefused(`${path}: the header is not whole`);
}

async function* linesOf(path: string, start: number): AsyncGenerator<SnapshotLine> {
  const text = createReadStream(path, { start }).pipe(createGunzip());
  for await (const line of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY }))
    yield JSON.parse(line) as SnapshotLine;
}

async function* asText(lines: AsyncIterable<SnapshotLine>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

function tap(see: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      see(chunk);
      done(null, chunk);
    },
  });
}

/** DER of an Ed25519 public key: a fixed prefix and the 32 bytes. */
function publicKeyOf(hex: string): KeyObject {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(hex, 'hex')]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}
