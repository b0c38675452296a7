/** Shorter ones would blot out ordinary words. */
const secretLengthMin = 4;
/** Shorter steps of a path are words such as `wallet`. */
const keyLengthMin = 16;
const hidden = '[hidden]';
const secretWord =
  'pass(?:word|wd|phrase)?|pwd|secret|token|credential|authorization|cookie|api_?-?key|private_?-?key|mnemonic|seed_?phrase';

const remembered = new Set<string>();

/**
 * Hides a value wherever this process prints text from now on. `readConfig` calls it for every secret it reads, so
 * that no log line can hold one, whatever error carried it there.
 */
export function rememberSecret(secret: string): void {
  for (const spelling of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
    if (spelling.length >= secretLengthMin) remembered.add(spelling);
  }
}

/** Remembers what a URL says before its `@`, and the path of a hosted node, which is its key. */
export function rememberUrlSecrets(url: URL): void {
  if (['http:', 'https:'].includes(url.protocol)) {
    for (const step of url.pathname.split('/')) if (step.length >= keyLengthMin) rememberSecret(step);
  }
  if (url.password === '') return;
  for (const password of [url.password, decoded(url.password)]) {
    rememberSecret(password);
    rememberSecret(Buffer.from(`${decoded(url.username)}:${password}`).toString('base64')); // as a Basic header has it
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % is a character of the password
  }
}

const rules: readonly (readonly [RegExp, string])[] = [
  // The credentials of a URL, up to its last @: http://user:p@ss@host
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'\\<>]*@/gi, `$1${hidden}@`],
  // A member of an object, by its name: "password":"…"; and the same inside a string of JSON: \"password\":\"…\"
  [new RegExp(`("[^"\\\\]*(?:${secretWord})[^"\\\\]*"\\s*:\\s*")(?:[^"\\\\]|\\\\.)*`, 'gi'), `$1${hidden}`],
  [
    new RegExp(`(\\\\"[^"\\\\]*(?:${secretWord})[^"\\\\]*\\\\"\\s*:\\s*\\\\")(?:[^"\\\\]|\\\\\\\\.)*`, 'gi'),
    `$1${hidden}`,
  ],
  // A connection string's: password=…
  [/\b((?:rpc)?pass(?:word|wd|phrase)?|pwd|secret|token)=[^\s"'\\&;,]+/gi, `$1=${hidden}`],
  // Tokens of a gateway and signing secrets of webhooks, wherever they stand
  [/\bvct_[A-Za-z0-9_-]{43}/g, `vct_${hidden}`],
  [/\bwhsec_[A-Za-z0-9+/=_-]{16,}/g, `whsec_${hidden}`],
  [/\b(Basic|Bearer)\s+[A-Za-z0-9+/=._~-]{6,}/g, `$1 ${hidden}`],
];

/** The text without what must not be seen: remembered secrets, credentials in URLs and headers, members named like secrets. */
export function redactText(text: string): string {
  let seen = text;
  for (const secret of remembered) seen = seen.replaceAll(secret, hidden);
  return rules.reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), seen);
}
