import { createHash } from 'node:crypto';
import { checkOrder, compareBranch } from './check-operations.ts';
import { type Counted, type Evidence, type LogBlock, type Operation, type Say, short } from './evidence.ts';

interface Parsed {
  readonly type: string;
  readonly log: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly height: number;
  readonly hash: string;
  readonly previousHash: string;
  readonly header: string;
  readonly work: string;
  readonly operationCount: number;
  readonly digest: string;
  readonly firstBlock: number;
  readonly blockHash: string;
  readonly position: number;
  readonly txid: string;
  readonly transactionIndex: number;
  readonly opcode: string | null;
  readonly payload: string;
}

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** What the checker knows after the records so far. */
interface LogState {
  readonly evidence: Evidence;
  readonly say: Say;
  readonly branch: LogBlock[];
  readonly connectedOnce: Set<string>;
  /** Digest of the record with each sequence. */
  readonly seen: Map<number, string>;
  log: string;
  epoch: number;
  last: number;
  /** The block whose operations are being read. */
  open: { readonly block: LogBlock; readonly event: Parsed; readonly bytes: Uint8Array[] } | null;
  /** Blocks that left in a row. */
  depth: number;
  readonly counts: { -readonly [Key in keyof Counted]: Counted[Key] };
}

/** A record, parsed, with its place for messages. */
interface Line {
  readonly event: Parsed;
  readonly value: Uint8Array;
  readonly index: number;
  readonly at: string;
}

export function checkLog(evidence: Evidence, expected: readonly (readonly Operation[])[], say: Say): Counted {
  const state: LogState = {
    evidence,
    say,
    branch: [],
    connectedOnce: new Set(),
    seen: new Map(),
    log: '',
    epoch: -1,
    last: 0,
    open: null,
    depth: 0,
    counts: { blocks: 0, operations: 0, reorgs: 0, deepest: 0, writers: 0 },
  };
  for (const [index, value] of evidence.records.entries()) {
    const event = JSON.parse(Buffer.from(value).toString('utf8')) as Parsed;
    const line: Line = { event, value, index, at: `record ${index} (${event.type} ${event.sequence})` };
    if (!checkPlace(state, line)) continue;
    checkEvent(state, line);
    state.epoch = event.epoch;
    closeWholeBlock(state, line);
  }
  compareBranch(state.branch, evidence.winning, expected, say);
  return state.counts;
}

/** Log, epoch and sequence. False for what a reader skips: records of a replaced writer, and repeated ones. */
function checkPlace(state: LogState, { event, value, index, at }: Line): boolean {
  const { say, seen } = state;
  if (index === 0) {
    if (event.type !== 'log.created' || event.sequence !== 1)
      say('I6', `${at}: the log does not begin with log.created`);
    state.log = event.log;
  }
  if (event.log !== state.log) say('I6', `${at}: is of another log`);
  if (event.epoch < state.epoch) return false;
  const print = sha256(value).toString('hex');
  if (event.sequence <= state.last) {
    if (seen.get(event.sequence) !== print) say('I6', `${at}: sequence ${event.sequence} says two things`);
    return false;
  }
  if (event.sequence !== state.last + 1) say('I6', `${at}: follows sequence ${state.last}`);
  state.last = event.sequence;
  seen.set(state.last, print);
  if (event.epoch > state.epoch && index > 0 && event.type !== 'writer.started')
    say('I6', `${at}: epoch without a writer`);
  return true;
}

function checkEvent(state: LogState, line: Line): void {
  const { say, counts, open } = state;
  const { event, at } = line;
  if (open !== null && event.type !== 'operation' && event.type !== 'writer.started') {
    say('I6', `${at}: stands inside block ${short(open.event.hash)}`);
    state.open = null;
  }
  switch (event.type) {
    case 'writer.started':
      if (event.epoch <= state.epoch) say('I6', `${at}: epoch ${event.epoch} was opened before`);
      state.open = null;
      counts.writers += 1;
      break;
    case 'block.connected':
      checkConnected(state, line);
      break;
    case 'operation':
      checkOperation(state, line);
      break;
    case 'block.disconnected':
      checkDisconnected(state, line);
      break;
  }
}

function checkConnected(state: LogState, { event, at }: Line): void {
  const { say, evidence } = state;
  const { firstBlock } = evidence;
  const tip = state.branch.at(-1);
  const fits =
    tip === undefined
      ? event.height === firstBlock
      : event.previousHash === tip.hash && event.height === tip.height + 1;
  if (!fits) say('I6', `${at}: block ${short(event.hash)} does not build on ${short(tip?.hash ?? 'nothing')}`);
  const header = Buffer.from(event.header, 'hex');
  if (sha256(sha256(header)).reverse().toString('hex') !== event.hash) say('I6', `${at}: the header has another hash`);
  if (header.subarray(4, 36).reverse().toString('hex') !== event.previousHash) say('I6', `${at}: another parent`);
  if (event.work !== String(2 * (event.height - firstBlock + 1))) say('I6', `${at}: work ${event.work}`);
  state.depth = 0;
  state.open = { block: { height: event.height, hash: event.hash, operations: [] }, event, bytes: [] };
}

function checkOperation({ say, open }: LogState, { event, value, at }: Line): void {
  if (open === null || event.blockHash !== open.event.hash || event.position !== open.bytes.length) {
    say('I6', `${at}: is not operation ${open?.bytes.length} of block ${short(open?.event.hash ?? 'none')}`);
    return;
  }
  open.bytes.push(value);
  open.block.operations.push({
    txid: event.txid,
    transactionIndex: event.transactionIndex,
    payload: `${event.opcode ?? ''}${event.payload}`,
  });
}

function checkDisconnected(state: LogState, { event, value, at }: Line): void {
  const { say, branch, counts } = state;
  const tip = branch.at(-1);
  if (tip?.hash !== event.hash)
    say('I7', `${at}: ${short(event.hash)} leaves, the tip is ${short(tip?.hash ?? 'none')}`);
  if (!state.connectedOnce.has(event.hash)) say('I7', `${at}: ${short(event.hash)} leaves and never came`);
  if (state.depth === 0) {
    counts.reorgs += 1;
    if (!state.evidence.hadToLeave(event.hash, value)) say('I7', `${at}: ${short(event.hash)} left without need`);
  }
  state.depth += 1;
  counts.deepest = Math.max(counts.deepest, state.depth);
  branch.pop();
}

/** The block counts once all its operations were read. */
function closeWholeBlock(state: LogState, { at }: Line): void {
  const { say, open, counts } = state;
  if (open === null || open.bytes.length !== open.event.operationCount) return;
  if (sha256(...open.bytes).toString('hex') !== open.event.digest) say('I6', `${at}: the digest does not fit`);
  checkOrder(open.block.operations, `block ${short(open.event.hash)}`, say);
  state.connectedOnce.add(open.event.hash);
  state.branch.push(open.block);
  counts.blocks += 1;
  counts.operations += open.block.operations.length;
  state.open = null;
}
