import {
  addressOfScript,
  bytesToHex,
  hexToBytes,
  parseAddress,
  parseTransaction,
  type Sats,
  scriptOfTarget,
  type Transaction,
} from '@virtualchain/bitcoin';
import {
  checkCommit,
  checkStxOperation,
  type Epoch,
  epochAt,
  kindOfOpcode,
  missDistance,
  OPCODES,
  type Operation,
  type OperationKind,
  PARSERS,
  parseStacksAddress,
  type Recognised,
  readChainParameters,
  recognise,
  type StacksNetwork,
  stacksAddressOfBase58,
  stacksAddressText,
  stacksChain,
  stacksPreviousHeights,
  type TransactionView,
  weighCommits,
} from '@virtualchain/machine-stacks';
import { dataScript } from '@virtualchain/testing';
import type { Case } from '../case.ts';
import { networkOf, sameFields, viewOf } from './made-up.ts';
import {
  checkErrorOf,
  fieldErrorOf,
  fieldsOf,
  OTHER_OPCODE,
  operationOfFields,
  parseErrorOf,
  payloadOf,
  senderOfFields,
} from './stacks-fields.ts';
import { keyCases, linkCases } from './stacks-folds.ts';
import type {
  CheckCase,
  DistributionCase,
  Fields,
  MadeUpTransaction,
  MainnetCase,
  MainnetPayloadCase,
  ParseCase,
  RecogniseCase,
  RetiredCase,
  StacksVectors,
} from './stacks-schema.ts';

/** All groups but `pox_outputs`, which needs the state of Stacks. */
export function* stacksOpsCases(vectors: StacksVectors): Iterable<Case> {
  const { recognise: ours, derived_recognise, parse, derived_parse } = vectors;
  for (const each of [...ours, ...derived_recognise]) yield recogniseCase(each);
  for (const each of [...parse, ...derived_parse]) yield parseCase(each);
  for (const { id, op, fields, expect } of vectors.field_checks) {
    yield {
      name: `field check: ${id}`,
      expected: expect.error ?? 'accepted',
      actual() {
        const problem = checkStxOperation(operationOfFields(op, fields), senderOfFields(fields));
        return problem === null ? 'accepted' : fieldErrorOf(op, problem);
      },
    };
  }
  for (const { id, op, magic, fields, expect } of vectors.serialize) {
    yield {
      name: `serialize: ${id}`,
      expected: expect.script_length,
      actual: () => dataScript(joined(magic, op, payloadOf(operationOfFields(op, fields)))).length,
    };
  }
  yield* linkCases(vectors.link);
  for (const each of vectors.check) yield checkCase(each);
  yield* keyCases(vectors.key_check);
  for (const each of vectors.distribution) yield distributionCase(each);
  for (const { id, firstBlock, parentHeight, expect } of vectors.previous) {
    yield { name: id, expected: expect, actual: () => stacksPreviousHeights(parentHeight, firstBlock) };
  }
  for (const { id, c32, b58, version, hash, expect } of vectors.addresses) {
    yield {
      name: `address: ${id}`,
      expected: expect === null ? null : { version, hash, ...(c32 === undefined ? {} : { c32 }) },
      actual() {
        const read = c32 === undefined ? stacksAddressOfBase58(b58 ?? '') : parseStacksAddress(c32);
        if (read === null) return null;
        const written = c32 === undefined ? {} : { c32: stacksAddressText(read) };
        return { version: read.version, hash: bytesToHex(read.hash), ...written };
      },
    };
  }
  for (const each of vectors.retired) yield retiredCase(each);
  for (const each of vectors.real_mainnet) yield mainnetCase(each);
  for (const each of vectors.real_mainnet_payloads) yield mainnetPayloadCase(each);
}

function joined(magic: string, op: string, payload: Uint8Array): Uint8Array {
  return Uint8Array.of(...hexToBytes(magic), OPCODES[op as OperationKind], ...payload);
}

function recogniseCase({ id, magic, epoch, raw, expect }: RecogniseCase): Case {
  return {
    name: `recognise: ${id}`,
    expected: expect,
    actual() {
      const transaction = parseTransaction(hexToBytes(raw));
      const found = recognise(transaction, hexToBytes(magic), epoch as Epoch);
      return 'kind' in found ? null : sameFields(expect, recognisedFields(transaction, found));
    },
  };
}

const recognisedFields = (
  { txid }: Transaction,
  { opcode, data, dataValue, inputs, recipients }: Recognised,
): Fields => ({
  txid,
  opcode: bytesToHex(Uint8Array.of(opcode)),
  data: bytesToHex(data),
  op_return_value: String(dataValue),
  inputs: inputs.map(({ txid: of, index }) => ({ txid: of, vout: index })),
  outputs: recipients.map(({ kind, hash, value }) => ({ type: kind, hash: bytesToHex(hash), value: String(value) })),
});

/** Recognised by the rules from 2.1 on: what is made up has inputs that no rule reads. */
function madeUp(transaction: MadeUpTransaction, magic: Uint8Array): Recognised {
  const found = recognise(viewOf(transaction, magic), magic, '2.1');
  if ('kind' in found) throw new TypeError(`a made-up transaction is not recognised: ${found.detail}`);
  return found;
}

function parseCase({ id, op, height, params, tx, raw, expect, ...rest }: ParseCase): Case {
  const network = networkOf(rest, params);
  const magic = hexToBytes(rest.magic ?? '5832');
  const { ok, error, txid, payload } = expect;
  return {
    name: `parse: ${id}`,
    expected: error ?? { fields: ok, ...(txid && { txid }), ...(payload && { payload }) },
    actual() {
      const transaction = raw === undefined ? null : parseTransaction(hexToBytes(raw));
      const found =
        transaction === null
          ? madeUp(tx as MadeUpTransaction, magic)
          : recognise(transaction, magic, rest.epoch as Epoch);
      if ('kind' in found) return error === 'any' ? error : `not recognised: ${found.code}`;
      const isOther = kindOfOpcode(found.opcode) !== op;
      const parsed = isOther ? OTHER_OPCODE : PARSERS[op as OperationKind](found, { network, height });
      if (parsed.kind === 'rejected') return error === 'any' ? error : parseErrorOf(parsed);
      const written = () => bytesToHex(joined(bytesToHex(magic), op, payloadOf(parsed)));
      return {
        fields: sameFields(ok, fieldsOf(parsed, params.sender ?? null, rest.network === 'mainnet')),
        ...(txid && { txid: transaction?.txid }),
        ...(payload && { payload: written() }),
      };
    },
  };
}

function checkCase({ id, state, epochs, height, commit, expect }: CheckCase): Case {
  const network: StacksNetwork = {
    ...networkOf({ network: 'mainnet', epoch: '2.0' }, { firstBlock: state.firstBlock }),
    epochs: epochs.map(([epoch, from]) => ({ epoch: epoch as Epoch, from })),
  };
  const isAmong = (places: readonly (readonly [number, number])[], at: number, vtxindex: number) =>
    places.some(([block, index]) => block === at && index === vtxindex) ? 'found' : 'absent';
  return {
    name: `check: ${id}`,
    expected: expect,
    async actual() {
      const checked = await checkCommit(
        network,
        {
          burnParentModulus: commit.burn_parent_modulus,
          memo: commit.memo,
          parentBlock: commit.parent_block_ptr,
          parentVtxindex: commit.parent_vtxindex,
          keyBlock: commit.key_block_ptr,
          keyVtxindex: commit.key_vtxindex,
          burn: BigInt(commit.burn_fee),
          sunsetBurn: 0n,
        },
        height,
        {
          key: async (at, vtxindex) => isAmong(state.keys, at, vtxindex),
          parent: async (at, vtxindex) => isAmong(state.commits, at, vtxindex),
        },
      );
      if (!('kind' in checked)) return { accepted: true };
      if (checked.code !== 'missedTarget') return { error: checkErrorOf(checked) };
      const missed = missDistance(commit.burn_parent_modulus, height);
      const isBefore21 = ['2.0', '2.05'].includes(epochAt(network.epochs, height));
      // There the original looks for an ancestor at a height that no chain has.
      if (isBefore21) return { error: missed > height ? 'BlockCommitBadModulus' : 'BlockCommitNoParent' };
      if (missed > height - state.firstBlock) return { error: 'BlockCommitBadModulus' };
      return missed === 1
        ? { missed: { intended_height: height - missed } }
        : { error: 'BlockCommitMissDistanceTooBig' };
    },
  };
}

function distributionCase({ id, commits, missed, burn_blocks, expect }: DistributionCase): Case {
  return {
    name: `distribution: ${id}`,
    expected: expect.burns,
    actual() {
      const window = commits.map((block, index) => ({
        hasOneOutput: burn_blocks[index] ?? false,
        commits: block.map(([burn, txid, spent, output]) => ({
          txid: String(txid),
          burn: BigInt(burn),
          spent: { txid: String(spent), index: output },
        })),
        missed: (missed[index] ?? []).map(([txid, spent, output]) => ({
          txid: String(txid),
          spent: { txid: String(spent), index: output },
        })),
      }));
      return weighCommits(window).map(({ weight }) => Number(weight));
    },
  };
}

/** The layout is still told to subscribers; the machine has no such operation. */
function retiredCase({ id, raw, magic, expect }: RetiredCase): Case {
  return {
    name: `retired: ${id}`,
    expected: expect,
    actual() {
      const transaction = parseTransaction(hexToBytes(raw));
      const found = recognise(transaction, hexToBytes(magic), '2.0');
      if ('kind' in found) return found.code;
      const network = magic === '5832' ? 'mainnet' : 'xenon';
      const decoded = stacksChain({ network })
        .operations.get(found.opcode)
        ?.decode(found.data, { height: 0 as never, network, outputs: transaction.outputs });
      const told = (decoded?.kind === 'decoded' ? decoded.value : {}) as Readonly<Record<string, never>>;
      const sender = parseStacksAddress(told['sender'] ?? '');
      return {
        txid: transaction.txid,
        consensus_hash_19: told['consensusHash'],
        vrf_public_key: told['vrfPublicKey'],
        block_header_hash_160: told['blockHash'],
        key_block_ptr: told['keyBlock'],
        key_vtxindex: told['keyVtxindex'],
        burn_fee: told['burn'],
        address: sender && { version: sender.version, hash: bytesToHex(sender.hash) },
        ...(kindOfOpcode(found.opcode) === null ? {} : { accepted: true }),
      };
    },
  };
}

/** A commit of Bitcoin's main network, by the rules of its height. */
function mainnetFields(found: Recognised, height: number): Fields {
  const { network } = readChainParameters({});
  const parsed: Operation | { readonly kind: 'rejected'; readonly code: string } = PARSERS.leader_block_commit(found, {
    network,
    height,
  });
  if (parsed.kind === 'rejected') return { rejected: parsed.code };
  const change = parsed.kind === 'leader_block_commit' ? parsed.change : null;
  return {
    ...fieldsOf(parsed, null, true),
    change: change === null ? null : addressOfScript(change.script, 'mainnet'),
  };
}

/** The lowest height above the parent at which a commit is on time. */
function firstHeightOnTime({ parent_block_ptr: parent, burn_parent_modulus: modulus }: Fields): number {
  let height = Number(parent) + 1;
  while (missDistance(Number(modulus), height) !== 0) height += 1;
  return height;
}

function mainnetCase({ id, magic, epoch, raw, expect, first_height_on_time, ...rest }: MainnetCase): Case {
  const { height = first_height_on_time } = rest as { readonly height?: number };
  return {
    name: `mainnet: ${id}`,
    expected: { ...expect, first_height_on_time },
    actual() {
      const transaction = parseTransaction(hexToBytes(raw));
      const found = recognise(transaction, hexToBytes(magic), epoch as Epoch);
      if ('kind' in found) return found;
      const fields: Fields = { txid: transaction.txid, ...mainnetFields(found, height) };
      return { ...(sameFields(expect, fields) as Fields), first_height_on_time: firstHeightOnTime(fields) };
    },
  };
}

function mainnetPayloadCase({
  id,
  op_return_script,
  outputs,
  magic,
  epoch,
  expect,
  first_height_on_time,
}: MainnetPayloadCase): Case {
  return {
    name: `mainnet: ${id}`,
    expected: { ...expect, first_height_on_time },
    actual() {
      const view: TransactionView = {
        inputs: [{ txid: '00'.repeat(32), index: 0, script: new Uint8Array(0), witness: [] }],
        outputs: [
          { value: 0n as Sats, script: hexToBytes(op_return_script) },
          ...outputs.map(({ address, value }) => {
            const target = parseAddress(address, 'mainnet');
            if (target === null) throw new TypeError(`no address: ${address}`);
            return { value: BigInt(value) as Sats, script: scriptOfTarget(target) };
          }),
        ],
      };
      const found = recognise(view, hexToBytes(magic), epoch as Epoch);
      if ('kind' in found) return found;
      const fields = mainnetFields(found, first_height_on_time);
      return { ...(sameFields(expect, fields) as Fields), first_height_on_time: firstHeightOnTime(fields) };
    },
  };
}
