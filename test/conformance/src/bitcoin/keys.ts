import {
  bundleAddress,
  bundleSignatureBytes,
  bytesToHex,
  encodeWif,
  hash160,
  hexToBytes,
  type KeyBundle,
  keySignatureBytes,
  multisigBundle,
  parseMultisig,
  parsePrivateKey,
  parseSignatureText,
  privateKeyHex,
  publicKeyAddress,
  publicKeyOf,
  segwitBundle,
  sha256,
  signatureText,
  verifyDigest,
} from '@virtualchain/bitcoin';
import type { Case } from '../case.ts';
import { bundleAddressExpected, signatureEstimateExpected } from '../corrections.ts';
import { expectedOf, type Result } from '../result.ts';

interface RecordedBundle {
  readonly kind: 'p2sh' | 'p2sh-p2wpkh' | 'p2sh-p2wsh';
  readonly m: number;
  readonly compressed?: boolean;
  readonly private_keys_in: readonly string[];
  readonly info: { readonly address: string; readonly redeem_script: string } & Readonly<Record<string, unknown>>;
  readonly parsed?: unknown;
  readonly privkey_address: string | Result<string>;
  readonly scriptsig_type: string;
  readonly signature_length_estimate: number | Result<number>;
}

interface KeysVectors {
  readonly single: readonly ({ readonly private_key_hex: string } & Readonly<Record<string, unknown>>)[];
  readonly bundles: readonly RecordedBundle[];
  readonly signature_encoding: readonly {
    readonly r: string;
    readonly s: string;
    readonly base64: string;
    readonly decoded_r: string;
    readonly decoded_s: string;
  }[];
  readonly digest_signatures: readonly {
    readonly digest_hex?: string;
    readonly message?: string;
    readonly public_key_hex: string;
    readonly signature_base64: string;
    readonly verifies: boolean;
    readonly verifies_other_digest?: boolean;
    readonly verifies_other_message?: boolean;
  }[];
}

export function* keysCases(vectors: KeysVectors): Iterable<Case> {
  for (const [index, expected] of vectors.single.entries()) {
    yield { name: `single.${index}`, expected, actual: () => singleKey(expected.private_key_hex) };
  }
  for (const [index, each] of vectors.bundles.entries()) yield* bundleCases(`bundles.${index} (${each.kind})`, each);
  for (const [index, { r, s, ...expected }] of vectors.signature_encoding.entries()) {
    yield {
      name: `signature_encoding.${index}`,
      expected,
      actual: () => {
        const base64 = signatureText({ r: BigInt(`0x${r}`), s: BigInt(`0x${s}`) });
        const decoded = parseSignatureText(expected.base64);
        return { base64, decoded_r: hex32(decoded?.r), decoded_s: hex32(decoded?.s) };
      },
    };
  }
  for (const [index, each] of vectors.digest_signatures.entries()) {
    yield {
      name: `digest_signatures.${index}`,
      expected: { verifies: each.verifies, verifiesOther: each.verifies_other_digest ?? each.verifies_other_message },
      actual: () => verified(each),
    };
  }
}

function singleKey(hex: string) {
  const key = parsePrivateKey(hex);
  const publicKey = publicKeyOf(key);
  const address = publicKeyAddress(publicKey, 'mainnet');
  const wif = encodeWif(key, 'mainnet');
  return {
    address,
    hash160: bytesToHex(hash160(publicKey)),
    private_key_hex: privateKeyHex(parsePrivateKey(wif)),
    privkey_address: address,
    public_key_hex: bytesToHex(publicKey),
    signature_length_estimate: keySignatureBytes(publicKey),
    uncompressed_public_key_hex: bytesToHex(publicKeyOf({ ...key, isCompressed: false })),
    wif,
  };
}

function* bundleCases(name: string, recorded: RecordedBundle): Iterable<Case> {
  const { kind, info, parsed } = recorded;
  const bundle = bundleOf(recorded);
  yield {
    name,
    expected: { info, parsed, scriptsig_type: recorded.scriptsig_type },
    actual: () => ({
      info: infoOf(bundle),
      parsed: parsed === undefined ? undefined : parsedOf(bundle),
      scriptsig_type: bundle.kind,
    }),
  };
  const address = recorded.privkey_address;
  yield {
    name: `${name}: address of the keys`,
    ...bundleAddressExpected(kind, info.address, typeof address === 'string' ? address : expectedOf(address)),
    actual: () => bundleAddress(bundle, 'mainnet'),
  };
  const estimate = recorded.signature_length_estimate;
  yield {
    name: `${name}: length of the signatures`,
    ...signatureEstimateExpected(
      kind,
      info.redeem_script,
      typeof estimate === 'number' ? estimate : expectedOf(estimate),
    ),
    actual: () => bundleSignatureBytes(bundle),
  };
}

function bundleOf({ kind, m, compressed, private_keys_in }: RecordedBundle): KeyBundle {
  const keys = private_keys_in.map(parsePrivateKey);
  if (kind !== 'p2sh') return segwitBundle(m, keys);
  return multisigBundle(
    m,
    keys.map((key) => ({ ...key, isCompressed: compressed ?? key.isCompressed })),
  );
}

/** A bundle as the original keeps it: the script is the witness script where there is one. */
function infoOf(bundle: KeyBundle) {
  const { kind, m, privateKeys, redeemScript, multisigScript } = bundle;
  const isSegwit = kind !== 'p2sh';
  const script = bytesToHex(multisigScript ?? redeemScript);
  return {
    address: bundleAddress(bundle, 'mainnet'),
    private_keys: privateKeys.map(privateKeyHex),
    redeem_script: multisigScript === null ? `16${script}` : script,
    segwit: isSegwit,
    ...(isSegwit ? { m } : {}),
  };
}

function parsedOf({ redeemScript }: KeyBundle) {
  const multisig = parseMultisig(redeemScript);
  return multisig === null ? null : { m: multisig.m, public_keys: multisig.publicKeys.map(bytesToHex) };
}

function verified({ digest_hex, message, public_key_hex, signature_base64 }: KeysVectors['digest_signatures'][number]) {
  const digest = digest_hex === undefined ? sha256(new TextEncoder().encode(message)) : hexToBytes(digest_hex);
  const publicKey = hexToBytes(public_key_hex);
  const signature = parseSignatureText(signature_base64);
  if (signature === null) return 'not a signature';
  return {
    verifies: verifyDigest(signature, digest, publicKey),
    verifiesOther: verifyDigest(signature, sha256(digest), publicKey),
  };
}

function hex32(value: bigint | undefined): string | undefined {
  return value?.toString(16).padStart(64, '0');
}
