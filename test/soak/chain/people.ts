/** People who need no keys: whoever spends a coin of theirs only shows its script, so that thousands of operations cost no signatures. */
import {
  bytesToHex,
  concatBytes,
  hash160,
  hexToBytes,
  p2shScript,
  type Sats,
  scriptAddress,
  serializeTransaction,
  type Txid,
} from '@virtualchain/bitcoin';
import { STACKS, tokenTransferPayload } from '@virtualchain/machine-bns';
import { dataScript } from '@virtualchain/testing';

/** An output that somebody may spend next. */
export interface Coin {
  readonly txid: Txid;
  readonly index: number;
}

/** Each has one coin, which every transaction of theirs gives back to them. */
export const COIN_SATS = 900_000n;

const OP_1 = 0x51;
const OP_2DROP = 0x6d;
/** About what a signature and a key take. */
const FILLER_BYTES = 107;

/** What stands behind somebody's address: drops their number and whatever was put before it, and is content. */
const redeemScript = (person: number): Uint8Array => Uint8Array.of(2, person & 0xff, person >> 8, OP_2DROP, OP_1);

export const scriptOf = (person: number): Uint8Array => p2shScript(hash160(redeemScript(person)));

export const addressOf = (person: number): string => scriptAddress(scriptOf(person), 'regtest') ?? '';

const utf8 = new TextEncoder();

/** What somebody's transaction says, and whom it pays beside themselves. */
export interface Said {
  readonly data: Uint8Array | null;
  readonly paid?: number;
}

/** A claim of a name that nobody has, or a change of one's own. */
export const kvClaim = (name: string): Said => ({ data: utf8.encode(`kv+${name}`) });
export const kvUpdate = (name: string, value: string): Said => ({ data: utf8.encode(`kv=${name}:${value}`) });

/** A little of the sender's tokens. */
export function bnsTransfer(paid: number, amount: bigint, consensusHash: string): Said {
  const payload = tokenTransferPayload({ consensusHash, unit: STACKS, amount, scratch: '' });
  return { data: concatBytes(utf8.encode('id$'), payload), paid };
}

/** Somebody's coin goes to themselves again; `fillerBytes` make it as large as what others send. */
export function spend(person: number, coin: Coin, said: Said, fillerBytes = FILLER_BYTES): Uint8Array {
  const filler = new Uint8Array(fillerBytes).fill(person);
  const outputs = [
    ...(said.data === null ? [] : [{ value: 0n as Sats, script: dataScript(said.data) }]),
    ...(said.paid === undefined ? [] : [{ value: 0n as Sats, script: scriptOf(said.paid) }]),
    { value: COIN_SATS as Sats, script: scriptOf(person) },
  ];
  const input = {
    ...{ txid: coin.txid, index: coin.index },
    script: concatBytes(pushed(filler), pushed(redeemScript(person))),
    ...{ sequence: 0xffffffff, witness: [] },
  };
  return serializeTransaction({ version: 2, inputs: [input], outputs, locktime: 0 });
}

/** The place of the sender's own coin among the outputs of what they sent. */
export const changeIndexOf = ({ data, paid }: Said): number => (data === null ? 0 : 1) + (paid === undefined ? 0 : 1);

/** Gives everybody of so many a coin, out of the subsidy of an early block that anyone may spend. */
export function fundAll(people: number, subsidy: Txid): Uint8Array {
  return serializeTransaction({
    version: 2,
    inputs: [{ txid: subsidy, index: 0, script: new Uint8Array(0), sequence: 0xffffffff, witness: [] }],
    outputs: Array.from({ length: people }, (_, person) => ({ value: COIN_SATS as Sats, script: scriptOf(person) })),
    locktime: 0,
  });
}

function pushed(bytes: Uint8Array): Uint8Array {
  const length = bytes.length < 0x4c ? Uint8Array.of(bytes.length) : hexToBytes(`4d${littleEndian(bytes.length)}`);
  return concatBytes(length, bytes);
}

const littleEndian = (length: number): string => bytesToHex(Uint8Array.of(length & 0xff, length >> 8));
