import { bytesToHex, concatBytes, type PrivateKey, publicKeyOf, height as toHeight } from '@virtualchain/bitcoin';
import type { BnsView } from '@virtualchain/machine-bns';
import type { Account } from '@virtualchain/wallet';
import { consensusHashDepthBlocks, consensusHashDepthShare } from './limits.ts';
import { outputSatsMin, partyOfScript } from './party.ts';
import { cannot, type Plan, type Planning } from './plan.ts';
import type { Registry } from './registry.ts';
import type { Rehearsed } from './rehearse.ts';

/** What is known before an operation is planned. */
export async function planningOf(view: BnsView, { instance, rules }: Registry, account: Account): Promise<Planning> {
  const { reading } = view;
  const depth = Math.min(consensusHashDepthBlocks, Math.floor(rules.consensusWindowBlocks / consensusHashDepthShare));
  const deep = toHeight(Math.max(0, instance.machine.firstBlock - 1, reading.height - depth));
  const consensusHash = (await reading.consensusHashes([deep])).get(deep);
  if (consensusHash === undefined) return cannot(`the projection has no consensus hash of block ${deep} yet`);
  return { ...view, sender: partyOfScript(account.script, rules), height: reading.height + 1, consensusHash };
}

/** The rules see that there is data in output 0; what it says they have beside it. */
const OP_RETURN_EMPTY = '6a00';

/** The operation as its event would show it: the change in its place, and the key where the account shows one. */
export function rehearsedOf(
  { opcode, payload, outputs, changeIndex }: Plan,
  account: Account,
  keys: readonly PrivateKey[],
): Rehearsed {
  const paid = outputs.map(({ value, script }) => ({ value: String(value), script: bytesToHex(script) }));
  const change = { value: String(outputSatsMin), script: bytesToHex(account.script) };
  const withoutChange = [{ value: '0', script: OP_RETURN_EMPTY }, ...paid];
  const txid = '00'.repeat(32);
  return {
    opcode: bytesToHex(Uint8Array.of(opcode)),
    payload: bytesToHex(payload),
    senders: [
      { value: '0', scriptPubKey: bytesToHex(account.script), scriptType: account.kind, addresses: [], txid, index: 0 },
    ],
    inputs: [{ txid, index: 0, script: bytesToHex(shownKey(account, keys)), sequence: 0 }],
    outputs: withoutChange.toSpliced(changeIndex ?? withoutChange.length, 0, change),
  };
}

/** A p2pkh input holds a signature, which nobody reads, and the key. */
function shownKey({ kind }: Account, [key]: readonly PrivateKey[]): Uint8Array {
  if (kind !== 'p2pkh' || key === undefined) return new Uint8Array(0);
  const publicKey = publicKeyOf(key);
  return concatBytes(Uint8Array.of(1, 0, publicKey.length), publicKey);
}
