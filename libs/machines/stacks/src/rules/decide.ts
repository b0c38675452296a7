import { type Accepted, accepted, type Rejected, rejected, type State, type Verdict } from '@virtualchain/machine';
import { parseStacksAddress, stacksAddressText } from '../address/c32.ts';
import { bitcoinAddressOf } from '../address/recipient.ts';
import type { CommitRow, MissedRow, StacksCollections, StxOperationRow } from '../collections.ts';
import { epochAt, isFrom } from '../network/epochs.ts';
import type { ChainParameters } from '../network/parameters.ts';
import type { BlockCommit, KeyRegister, Outpoint, PreStx, StxOperation } from '../operations/operation.ts';
import { OPCODES, type OperationKind } from '../wire/opcodes.ts';
import { checkCommit, checkStxOperation, isMissed, type Link, missDistance } from './checks.ts';
import type { PlacedOperation } from './read-event.ts';

type Rows = State<StacksCollections>;
type Placed = Pick<PlacedOperation, 'txid' | 'height' | 'vtxindex'>;

/** What the hash of a transition covers, of every operation. */
export const HASHED_FIELDS: Readonly<Record<number, readonly string[]>> = Object.fromEntries(
  Object.values(OPCODES).map((opcode) => [opcode, ['opcode', 'height', 'vtxindex', 'txid']]),
);

function acceptedAs(kind: OperationKind, { txid, height, vtxindex }: Placed): Accepted {
  const opcode = OPCODES[kind];
  return accepted({ opcode, fields: { opcode, height, vtxindex, txid } });
}

/** Judges an operation, and writes down what it leaves. */
export async function decide(op: PlacedOperation, chain: ChainParameters, rows: Rows): Promise<Verdict> {
  switch (op.kind) {
    case 'refused':
      return op.refusal;
    case 'asked':
      return ask(op, op.spends, op.request, { chain, rows });
    case 'own':
      switch (op.operation.kind) {
        case 'leader_key_register':
          return register(op, op.operation, chain, rows);
        case 'leader_block_commit':
          return commit(op, op.operation, chain, rows);
        case 'pre_stx':
          return prepare(op, op.operation, rows);
      }
  }
}

/** Whether a height lies between the network's first block, in which nothing is, and the first of the log. */
function isBeforeLog({ network, startBlock }: ChainParameters, height: number): boolean {
  return height > network.firstBlock && height < startBlock;
}

const isLate = ({ network, startBlock }: ChainParameters): boolean => startBlock > network.firstBlock + 1;

const signingKeyHashBytes = 20;

async function register(place: Placed, key: KeyRegister, chain: ChainParameters, { keys }: Rows): Promise<Verdict> {
  const { vrfPublicKey, consensusHash, memo } = key;
  for await (const { height, vtxindex } of keys.by('vrf_key', { vrf_public_key: vrfPublicKey }, { limit: 1 }))
    return rejected('keyAlreadyRegistered', `the key was registered at ${height}, ${vtxindex}`);
  const hasSigningKey =
    isFrom(epochAt(chain.network.epochs, place.height), '3.0') && memo.length >= signingKeyHashBytes;
  await keys.put({
    ...placeOf(place),
    vrf_public_key: vrfPublicKey,
    signing_key_hash: hasSigningKey ? memo.subarray(0, signingKeyHashBytes) : null,
    consensus_hash: consensusHash,
    memo,
    registered: isLate(chain) ? 'unknown' : 'new',
    commits: 0,
    last_commit: null,
  });
  return acceptedAs('leader_key_register', place);
}

const placeOf = ({ txid, height, vtxindex }: Placed): Placed => ({ txid, height, vtxindex });

async function commit(
  place: Placed,
  made: BlockCommit,
  chain: ChainParameters,
  { keys, commits }: Rows,
): Promise<Verdict> {
  const { network } = chain;
  const linkOf = (height: number, row: object | null): Link => {
    if (row !== null) return 'found';
    return isBeforeLog(chain, height) ? 'unknown' : 'absent';
  };
  const checked = await checkCommit(network, made, place.height, {
    key: async (height, vtxindex) => linkOf(height, await keys.get({ height, vtxindex })),
    parent: async (height, vtxindex) => linkOf(height, await commits.get({ height, vtxindex })),
  });
  if ('kind' in checked) return checked;
  await commits.put({
    ...placeOf(place),
    verdict: 'well-formed',
    block_hash: made.blockHash,
    new_seed: made.newSeed,
    parent_height: made.parentBlock,
    parent_vtxindex: made.parentVtxindex,
    parent_link: checked.parentLink,
    key_height: made.keyBlock,
    key_vtxindex: made.keyVtxindex,
    key_link: checked.keyLink,
    memo: made.memo,
    outputs: made.outputs.map((output) => bitcoinAddressOf(output, network.bitcoin)),
    sunset_burn: made.sunsetBurn,
    ...paidOf(made, chain),
    on_time: true,
  });
  const key = await keys.get({ height: made.keyBlock, vtxindex: made.keyVtxindex });
  if (key !== null) await keys.put({ ...key, commits: key.commits + 1, last_commit: place.height });
  return acceptedAs('leader_block_commit', place);
}

/** What a commit and a late one are both remembered by. */
function paidOf(
  { burn, change, spent }: BlockCommit,
  { network }: ChainParameters,
): Pick<CommitRow, 'burn' | 'miner' | 'spent_txid' | 'spent_index'> {
  return {
    burn,
    miner: change === null ? null : bitcoinAddressOf(change, network.bitcoin),
    spent_txid: spent.txid,
    spent_index: BigInt(spent.index),
  };
}

/** The row of a commit that came one block late; null for any other operation. It stays, although the operation is rejected. */
export function missedRow(op: PlacedOperation, chain: ChainParameters): MissedRow | null {
  if (op.kind !== 'own' || op.operation.kind !== 'leader_block_commit') return null;
  const { operation } = op;
  if (!isMissed(chain.network, operation, op.height)) return null;
  const intended = op.height - missDistance(operation.burnParentModulus, op.height);
  return { ...placeOf(op), intended_height: intended, ...paidOf(operation, chain) };
}

async function prepare(place: Placed, { sender }: PreStx, { pre_stx }: Rows): Promise<Verdict> {
  await pre_stx.put({
    ...placeOf(place),
    sender: stacksAddressText(sender),
    used: false,
    used_by: null,
    used_height: null,
  });
  return acceptedAs('pre_stx', place);
}

async function ask(
  place: Placed,
  spends: Outpoint,
  request: StxOperation | Rejected,
  { chain, rows }: { readonly chain: ChainParameters; readonly rows: Rows },
): Promise<Verdict> {
  if (spends.index !== 1)
    return rejected(
      'notSecondOutput',
      `input 0 spends output ${spends.index}, where a PreStx has its holder at output 1`,
    );
  const prepared = await rows.pre_stx.get({ txid: spends.txid });
  if (prepared === null && !isLate(chain)) return rejected('noPreStx', `${spends.txid} is no PreStx`);
  if (request.kind === 'rejected') return request;
  const sender = prepared === null ? null : parseStacksAddress(prepared.sender);
  const problem = checkStxOperation(request, sender);
  if (problem !== null) return problem;
  if (prepared !== null)
    await rows.pre_stx.put({ ...prepared, used: true, used_by: place.txid, used_height: place.height });
  await rows.stx_operations.put({
    ...NOTHING_ASKED,
    ...placeOf(place),
    kind: request.kind,
    verdict: 'requested',
    pre_stx: spends.txid,
    pre_stx_link: prepared === null ? 'unknown' : 'found',
    sender: prepared?.sender ?? null,
    ...askedFor(request, chain),
  });
  return acceptedAs(request.kind, place);
}

type Asked = Omit<
  StxOperationRow,
  'txid' | 'height' | 'vtxindex' | 'kind' | 'verdict' | 'pre_stx' | 'pre_stx_link' | 'sender'
>;

const NOTHING_ASKED: Asked = {
  amount: null,
  recipient: null,
  reward_address: null,
  reward_index: null,
  cycles: null,
  signer_key: null,
  max_amount: null,
  auth_id: null,
  until_height: null,
  memo: null,
  signer_index: null,
  aggregate_key: null,
  round: null,
  reward_cycle: null,
};

const whole = (value: number | null): bigint | null => (value === null ? null : BigInt(value));

function askedFor(request: StxOperation, { network }: ChainParameters): Partial<Asked> {
  switch (request.kind) {
    case 'stack_stx': {
      const { amount, cycles, signerKey, maxAmount, authId, rewardTo } = request;
      const reward_address = bitcoinAddressOf(rewardTo, network.bitcoin);
      return { amount, cycles, signer_key: signerKey, max_amount: maxAmount, auth_id: whole(authId), reward_address };
    }
    case 'transfer_stx':
      return { amount: request.amount, memo: request.memo, recipient: stacksAddressText(request.recipient) };
    case 'delegate_stx': {
      const { amount, delegateTo, rewardTo, rewardIndex, untilHeight } = request;
      const reward_address = rewardTo === null ? null : bitcoinAddressOf(rewardTo, network.bitcoin);
      const recipient = stacksAddressText(delegateTo);
      return { amount, recipient, reward_address, reward_index: whole(rewardIndex), until_height: untilHeight };
    }
    case 'vote_for_aggregate_key': {
      const { signerIndex, aggregateKey, round, rewardCycle, signerKey } = request;
      return {
        ...{ signer_index: signerIndex, aggregate_key: aggregateKey, round: whole(round) },
        ...{ reward_cycle: rewardCycle, signer_key: signerKey },
      };
    }
  }
}
