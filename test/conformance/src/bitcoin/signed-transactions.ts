import {
  bytesToHex,
  decodeDer,
  hash160,
  hexToBytes,
  legacySighash,
  parseMultisig,
  parsePrivateKey,
  parseTransaction,
  type Sats,
  scriptTokens,
  type Transaction,
  verifyDigest,
} from '@virtualchain/bitcoin';
import { createKeyring, signTransaction } from '@virtualchain/wallet';
import type { Case } from '../case.ts';
import { expectedOf, type Result } from '../result.ts';
import { originalTransaction } from './transactions.ts';

interface SignedTransactionsVectors {
  readonly cases: readonly {
    readonly kind: 'p2pkh' | 'p2sh';
    readonly unsigned_tx: string;
    readonly prevout_script: string;
    readonly amounts: readonly number[];
    readonly private_key_info: string | { readonly private_keys: readonly string[]; readonly redeem_script: string };
    readonly signed: Result<string>;
    readonly parsed: unknown;
  }[];
}

/** Nonces were random, so bytes are not compared: the shape of each input is, and every signature is verified. */
export function* signedTransactionsCases({ cases }: SignedTransactionsVectors): Iterable<Case> {
  for (const [index, recorded] of cases.entries()) {
    const { kind, unsigned_tx, signed, parsed, prevout_script } = recorded;
    const hex = expectedOf(signed);
    if (typeof hex !== 'string') throw new TypeError(`cases.${index} was not signed`);
    const theirs = () => parseTransaction(hexToBytes(hex));
    const spentScript = hexToBytes(prevout_script);
    yield { name: `cases.${index} (${kind}): parsed`, expected: parsed, actual: () => originalTransaction(theirs()) };
    yield {
      name: `cases.${index} (${kind}): its signatures verify`,
      expected: theirs().inputs.map(() => 'verified'),
      actual: () => theirs().inputs.map((_input, at) => openedBy(theirs(), at, spentScript)),
    };
    yield {
      name: `cases.${index} (${kind}): signed here`,
      expected: {
        rest: withoutScripts(theirs()),
        shapes: shapesOf(theirs()),
        opened: theirs().inputs.map(() => 'verified'),
      },
      actual: () => {
        const ours = parseTransaction(sign(recorded, hexToBytes(unsigned_tx)));
        return {
          rest: withoutScripts(ours),
          shapes: shapesOf(ours),
          opened: ours.inputs.map((_input, at) => openedBy(ours, at, spentScript)),
        };
      },
    };
  }
}

function sign(recorded: SignedTransactionsVectors['cases'][number], unsigned: Uint8Array): Uint8Array {
  const { private_key_info: info, prevout_script, amounts } = recorded;
  const spent = amounts.map((amount) => ({ value: BigInt(amount) as Sats, script: hexToBytes(prevout_script) }));
  const keys = typeof info === 'string' ? [info] : info.private_keys;
  const scripts = typeof info === 'string' ? [] : [hexToBytes(info.redeem_script)];
  return signTransaction(parseTransaction(unsigned), spent, createKeyring(keys.map(parsePrivateKey), scripts));
}

/** What a transaction says apart from its signatures. */
function withoutScripts(transaction: Transaction) {
  const { ins, ...rest } = originalTransaction(transaction);
  return { ...rest, ins: ins.map(({ outpoint, sequence }) => ({ outpoint, sequence })) };
}

/** Of each input its pushes: keys and scripts as they are, signatures by their name. */
function shapesOf({ inputs }: Transaction): readonly (readonly string[])[] {
  return inputs.map(({ script }) =>
    scriptTokens(script).map((token) => {
      if (!(token instanceof Uint8Array)) return String(token);
      return decodeDer(token.subarray(0, -1)) === null ? bytesToHex(token) : `signature ${token.at(-1)}`;
    }),
  );
}

/** Runs p2pkh and p2sh multisig, as far as signatures go. */
function openedBy(transaction: Transaction, index: number, spentScript: Uint8Array): string {
  const pushes = scriptTokens(transaction.inputs[index]?.script ?? new Uint8Array(0)).filter(
    (token) => token instanceof Uint8Array,
  );
  const last = pushes.at(-1) ?? new Uint8Array(0);
  const hash = scriptTokens(spentScript).find((token) => token instanceof Uint8Array);
  if (hash === undefined || bytesToHex(hash160(last)) !== bytesToHex(hash))
    return 'not the key or script of the output';
  const multisig = parseMultisig(last);
  const script = multisig === null ? spentScript : last;
  const keys = [...(multisig?.publicKeys ?? [last])];
  const signatures = pushes.slice(0, -1);
  if (signatures.length !== (multisig?.m ?? 1)) return `${signatures.length} signatures`;
  for (const push of signatures) {
    const signature = decodeDer(push.subarray(0, -1));
    const digest = legacySighash(transaction, index, script, push.at(-1) ?? 0);
    let key = keys.shift();
    while (key !== undefined && (signature === null || !verifyDigest(signature, digest, key))) key = keys.shift();
    if (key === undefined) return 'a signature that verifies for no key';
  }
  return 'verified';
}
