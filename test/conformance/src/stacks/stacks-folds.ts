import {
  type BlockHash,
  bytesToHex,
  type Height,
  hexToBytes,
  NULL_HASH,
  type SatsText,
  sats,
  satsText,
  sha256,
  type Txid,
} from '@virtualchain/bitcoin';
import { MemoryFold } from '@virtualchain/machine';
import {
  kindOfOpcode,
  PARSERS,
  parseStacksAddress,
  recognise,
  stacksChain,
  stacksMachine,
  writeKey,
} from '@virtualchain/machine-stacks';
import type { OperationEvent } from '@virtualchain/protocol';
import type { Case } from '../case.ts';
import { networkOf, sameFields, viewOf } from './made-up.ts';
import { checkErrorOf, fieldsOf, parseErrorOf } from './stacks-fields.ts';
import type { KeyCase, LinkCase, MadeUpTransaction } from './stacks-schema.ts';

const MAGIC = hexToBytes('5832');

/** A made-up transaction in a block. */
interface Placed extends MadeUpTransaction {
  readonly txid: string;
  readonly vtxindex: number;
}

interface Folding {
  readonly epoch: string;
  readonly network: string;
  readonly params: { readonly sunsetEnd?: number };
  readonly blocks: readonly { readonly height: number; readonly txs: readonly Placed[] }[];
}

/** Folds blocks of made-up transactions with the machine, from right behind the network's first block. */
async function fold({ epoch, network, params, blocks }: Folding): Promise<MemoryFold> {
  const first = (blocks[0]?.height ?? 1) - 1;
  const chain = stacksChain({
    network: network === 'mainnet' ? 'mainnet' : 'xenon',
    magic: bytesToHex(MAGIC),
    firstBlock: first,
    epochs: { [epoch]: 0 },
    ...(params.sunsetEnd === undefined ? {} : { sunsetStart: 0, sunsetEnd: params.sunsetEnd }),
  });
  const folded = await MemoryFold.open(stacksMachine({}, chain));
  const last = blocks.at(-1)?.height ?? first;
  let previousHash: BlockHash = NULL_HASH;
  for (let height = first + 1; height <= last; height += 1) {
    const hash = bytesToHex(sha256(new TextEncoder().encode(`block ${height}`))) as BlockHash;
    const txs = blocks.find((block) => block.height === height)?.txs ?? [];
    const operations = txs.map((tx, position) => eventOf(tx, { height, blockHash: hash, position }));
    await folded.connect({ height: height as Height, hash, previousHash, time: height, operations });
    previousHash = hash;
  }
  return folded;
}

function eventOf(
  tx: Placed,
  at: { readonly height: number; readonly blockHash: BlockHash; readonly position: number },
): OperationEvent {
  const { inputs, outputs } = viewOf(tx, MAGIC);
  return {
    ...{ type: 'operation', schema: 1, log: '00'.repeat(16), epoch: 1, sequence: 1 },
    ...{ ...at, height: at.height as Height, txid: tx.txid as Txid, transactionIndex: tx.vtxindex },
    ...{ version: 1, locktime: 0, opcode: tx.opcode, name: null, payload: tx.data, decoded: null },
    isWithoutSenders: true,
    senders: [],
    inputs: inputs.map(({ txid, index, script }) => {
      return { txid: txid as Txid, index, script: bytesToHex(script), sequence: 0xffffffff };
    }),
    outputs: outputs.map(({ value, script }) => ({ value: satsText(value), script: bytesToHex(script) })),
    fee: satsText(sats(0n)) as SatsText,
    merklePath: '',
  };
}

/** What the original checks of an operation once it has its PreStx: the vectors of links end before. */
const CHECKED_LATER = new Set(['zeroAmount', 'selfTransfer', 'badPublicKey']);

/** Blocks of transactions that refer to each other: what the machine says of each, in the words of the original. */
export function* linkCases(cases: readonly LinkCase[]): Iterable<Case> {
  for (const { id, blocks, ...folding } of cases) {
    const txs = blocks.flatMap(({ height, txs: each }) => each.map((tx) => ({ ...tx, height })));
    yield {
      name: `link: ${id}`,
      expected: txs.map(({ expect }) => expect),
      async actual() {
        const folded = await fold({ ...folding, blocks });
        const outcomes = folded.blocks.flatMap((block) => block.outcomes);
        return txs.map((tx, index) => {
          const verdict = outcomes[index]?.verdict;
          if (verdict?.kind === 'rejected' && !CHECKED_LATER.has(verdict.code))
            return { rejected: parseErrorOf(verdict) };
          const kind = kindOfOpcode(Number.parseInt(tx.opcode, 16));
          const found = recognise(viewOf(tx, MAGIC), MAGIC, '2.1');
          if (kind === null || verdict?.kind === 'ignored' || 'kind' in found) return { ignored: verdict };
          const operation = PARSERS[kind](found, { network: networkOf(folding, folding.params), height: tx.height });
          if (operation.kind === 'rejected') return { rejected: parseErrorOf(operation) };
          const fields = fieldsOf(operation, senderOf(folded, tx), folding.network === 'mainnet');
          return { accepted: sameFields(tx.expect.accepted, fields) };
        });
      },
    };
  }
}

/** Whom the PreStx of an operation names, as the machine has it. */
function senderOf(folded: MemoryFold, { inputs: [input] }: MadeUpTransaction) {
  const row = folded.state.dump('pre_stx').find((each) => each['txid'] === input?.txid);
  const sender = parseStacksAddress(String(row?.['sender'] ?? ''));
  return sender === null ? null : { version: sender.version, hash: bytesToHex(sender.hash) };
}

/** A key against others that were registered in the block before. */
export function* keyCases(cases: readonly KeyCase[]): Iterable<Case> {
  for (const { id, registered, vrf_public_key, expect } of cases) {
    yield {
      name: `key check: ${id}`,
      expected: expect,
      async actual() {
        const folded = await fold({
          ...{ epoch: '2.1', network: 'mainnet', params: {} },
          blocks: [registered, [vrf_public_key]].map((keys, index) => ({
            height: 121 + index,
            txs: keys.map((key, vtxindex) => registration(key, vtxindex, `${index}${vtxindex}`)),
          })),
        });
        const verdict = folded.tip?.outcomes[0]?.verdict;
        if (verdict?.kind === 'accepted') return { accepted: true };
        return verdict?.kind === 'rejected' ? { error: checkErrorOf(verdict) } : verdict;
      },
    };
  }
}

function registration(key: string, vtxindex: number, name: string): Placed {
  const payload = writeKey({
    consensusHash: new Uint8Array(20),
    vrfPublicKey: hexToBytes(key),
    memo: new Uint8Array(0),
  });
  return {
    txid: bytesToHex(sha256(new TextEncoder().encode(name))),
    vtxindex,
    opcode: '5e',
    data: bytesToHex(payload),
    op_return_value: '0',
    inputs: [{ txid: '00'.repeat(32), vout: 0 }],
    outputs: [{ type: 'p2pkh', hash: '11'.repeat(20), value: '1' }],
  };
}
