import { type Height, hexToBytes } from '@virtualchain/bitcoin';
import {
  consensusHash,
  defineStateMachine,
  type Ignored,
  ignored,
  type MachineDefinition,
} from '@virtualchain/machine';
import type { OperationEvent } from '@virtualchain/protocol';
import { bnsQueries } from './asked/queries.ts';
import { type BnsCollections, collections } from './collections.ts';
import { type BnsOperation, decideOperation, parseOperation } from './operations.ts';
import { type BnsParameters, readParameters } from './parameters.ts';
import { readAfter, readBy } from './read-by.ts';
import { openAccounts, vest } from './rules/accounts.ts';
import { epochAt } from './rules/epochs.ts';
import { blockState, type Scan } from './rules/rules.ts';
import { scanOperations } from './scan.ts';
import { createTransactionReader, type TransactionReader } from './transaction.ts';
import { HASHED_FIELDS } from './wire/opcodes.ts';
import { isIgnored } from './wire/payload.ts';

/** What the four blocks before the first count as having been sealed with, so that the first ones have hashes to name. */
const INITIAL_HASH = consensusHash('17ac43c1d8549c3181b200f1bf97eb7d');
const initialSnapshots = 4;

/**
 * The Blockstack Name System, as the last release in Python (22.2.0.0) computed it: the same verdicts, records and
 * consensus hashes. Parameters: see `readParameters`; mainnet's where none are given.
 *
 * @throws BnsParametersInvalid
 */
export const bnsMachine: MachineDefinition = (parameters, chain) => {
  const rules = readParameters(parameters);
  const readTransaction = createTransactionReader(rules.addressVersions);
  return defineStateMachine<BnsOperation, BnsCollections, Scan>({
    name: 'bns',
    // Version 1 differed from the original in eleven rules, the first of which matters in the first block.
    version: 2,
    differsFrom: chain.firstBlock,
    firstBlock: chain.firstBlock,
    initialSnapshots: new Map(
      Array.from({ length: initialSnapshots }, (_, index) => chain.firstBlock - 1 - index)
        .filter((height) => height >= 0)
        .map((height) => [height as Height, INITIAL_HASH]),
    ),
    consensusWindow: rules.consensusWindowBlocks,
    collections,
    hashedFields: HASHED_FIELDS,
    genesis: (state) => openAccounts(rules, state, chain.firstBlock - 1),
    parse: (operation) => parse(operation, rules, readTransaction),
    prefetch: (op) => readBy(op, rules),
    prefetchBlock: ({ height }) => ({ vesting: { by: [{ index: 'due', prefix: { height } }] } }),
    prefetchAfter: readAfter,
    async openBlock({ height }, operations, state) {
      // The original credits what is due when the block before is saved: before the first one none is
      // (nameset/virtualchain_hooks.py:501).
      if (height > chain.firstBlock) await vest(state, height);
      return scanOperations(operations, blockState(rules, height, state));
    },
    decide: (op, { block, ...context }, state) =>
      decideOperation(op, { ...blockState(rules, block.height, state), ...context }),
    queries: bnsQueries(rules),
  });
};

function parse(
  event: OperationEvent,
  rules: BnsParameters,
  readTransaction: TransactionReader,
): BnsOperation | Ignored {
  const { opcode, payload, height } = event;
  if (opcode === null) return ignored('OPCODE_MISSING', 'nothing follows the magic bytes');
  if (rules.endOfLife !== null && height >= rules.endOfLife)
    return ignored('PROTOCOL_ENDED', `the protocol moved elsewhere at block ${rules.endOfLife}`);
  const transaction = readTransaction(event);
  if (isIgnored(transaction)) return transaction;
  const epoch = epochAt(height, rules.epochEnds);
  return parseOperation(Number.parseInt(opcode, 16), hexToBytes(payload), transaction, epoch);
}
