import { bytesToHex, concatBytes, type Height, NULL_TXID, satsText, height as toHeight } from '@virtualchain/bitcoin';
import type { Rehearsed } from '@virtualchain/machine';
import type { BnsView } from '../queries/view.ts';
import { consensusHashDepthBlocks, consensusHashDepthShare } from './limits.ts';
import { outputSatsMin, partyOfScript } from './party.ts';
import { cannot, type Plan, type Planning } from './plan.ts';

/** Who sends: what the rules see of an account. */
export interface Sender {
  readonly script: Uint8Array;
  /** Kind of the account, as an event names the type of the output that it spends. */
  readonly kind: string;
  /** The key that a p2pkh input shows; null for other kinds. */
  readonly publicKey: Uint8Array | null;
}

/** Reads what is known before an operation is planned. */
export async function readPlanning(
  view: BnsView,
  firstBlock: Height,
  { script }: Pick<Sender, 'script'>,
): Promise<Planning> {
  const { reading, rules } = view;
  const depth = Math.min(consensusHashDepthBlocks, Math.floor(rules.consensusWindowBlocks / consensusHashDepthShare));
  const deep = toHeight(Math.max(0, firstBlock - 1, reading.height - depth));
  const consensusHash = (await reading.consensusHashes([deep])).get(deep);
  if (consensusHash === undefined) return cannot(`the projection has no consensus hash of block ${deep} yet`);
  return { ...view, sender: partyOfScript(script, rules), height: reading.height + 1, consensusHash };
}

/** The rules see that there is data in output 0; what it says they have beside it. */
const OP_RETURN_EMPTY = '6a00';

/** The operation as its event would show it: the change in its place, and the key where the account shows one. */
export function rehearsedOf({ opcode, payload, outputs, changeIndex }: Plan, sender: Sender): Rehearsed {
  const paid = outputs.map(({ value, script }) => ({ value: satsText(value), script: bytesToHex(script) }));
  const change = { value: satsText(outputSatsMin), script: bytesToHex(sender.script) };
  const withoutChange = [{ value: satsText(0n), script: OP_RETURN_EMPTY }, ...paid];
  const txid = NULL_TXID;
  return {
    opcode: bytesToHex(Uint8Array.of(opcode)),
    payload: bytesToHex(payload),
    senders: [
      {
        value: satsText(0n),
        scriptPubKey: bytesToHex(sender.script),
        scriptType: sender.kind,
        addresses: [],
        txid,
        index: 0,
      },
    ],
    inputs: [{ txid, index: 0, script: bytesToHex(shownKey(sender)), sequence: 0 }],
    outputs: withoutChange.toSpliced(changeIndex ?? withoutChange.length, 0, change),
  };
}

/** A p2pkh input holds a signature, which nobody reads, and the key. */
function shownKey({ publicKey }: Sender): Uint8Array {
  if (publicKey === null) return new Uint8Array(0);
  return concatBytes(Uint8Array.of(1, 0, publicKey.length), publicKey);
}
