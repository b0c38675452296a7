import { createHash } from 'node:crypto';

/**
 * Checks what a run left behind against the invariants of the project. It stands apart from the code under test: it
 * imports nothing of it, parses records with `JSON.parse` alone and counts sequences, epochs and hashes by itself.
 */

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8';

export interface Violation {
  readonly invariant: Invariant;
  readonly where: string;
  readonly what: string;
}

/** A block of the winning branch, from the node; scripts are those of the outputs, in order. */
export interface RawBlock {
  readonly height: number;
  readonly hash: string;
  readonly previousHash: string;
  readonly transactions: readonly { readonly txid: string; readonly scripts: readonly Uint8Array[] }[];
}

export interface BlockHashes {
  readonly height: number;
  readonly hash: string;
  readonly opsHash: string;
  readonly consensusHash: string;
  readonly changesHash: string;
}

/** What a projection holds, and what the oracle says that it should. `tables` are rows as text, sorted. */
export interface Dump {
  readonly blocks: readonly BlockHashes[];
  readonly operations: readonly { readonly block: string; readonly txid: string; readonly verdict: string }[];
  readonly tables: Readonly<Record<string, readonly string[]>>;
}

export interface FeedLine {
  readonly kind: 'connected' | 'operation' | 'disconnected';
  readonly hash: string;
  readonly txid: string | null;
}

export interface ToldLine {
  readonly kind: 'connected' | 'disconnected';
  readonly height: number;
  readonly hash: string;
  readonly previousHash: string;
  readonly operations: readonly {
    readonly txid: string;
    readonly transactionIndex: number;
    readonly payload: string;
  }[];
}

export interface Evidence {
  readonly magic: string;
  readonly firstBlock: number;
  /** From the chain's first block to the tip. */
  readonly winning: readonly RawBlock[];
  /** Value bytes of what is committed, in the order of the offsets. */
  readonly records: readonly Uint8Array[];
  /** Whether the block had to leave by the time its disconnect was written. */
  readonly hadToLeave: (hash: string, record: Uint8Array) => boolean;
  readonly projections: readonly {
    readonly name: string;
    readonly dump: Dump;
    readonly oracle: Dump;
    readonly feed: readonly FeedLine[];
  }[];
  readonly subscribers: readonly { readonly name: string; readonly told: readonly ToldLine[] }[];
}

export interface Counted {
  readonly blocks: number;
  readonly operations: number;
  readonly reorgs: number;
  readonly deepest: number;
  readonly writers: number;
}

interface Operation {
  readonly txid: string;
  readonly transactionIndex: number;
  readonly payload: string;
}

interface LogBlock {
  readonly height: number;
  readonly hash: string;
  readonly operations: Operation[];
}

export function check(evidence: Evidence): { readonly violations: readonly Violation[]; readonly counted: Counted } {
  const violations: Violation[] = [];
  const expected = evidence.winning.map((block) => operationsOf(block, evidence.magic));
  const say =
    (where: string) =>
    (invariant: Invariant, what: string): void => {
      violations.push({ invariant, where, what });
    };
  const counted = checkLog(evidence, expected, say('log'));
  for (const { name, dump, oracle, feed } of evidence.projections) {
    checkDump(dump, oracle, say(name));
    checkOperations(evidence, expected, dump, say(name));
    checkFeed(evidence, expected, feed, say(`feed of ${name}`));
  }
  for (const { name, told } of evidence.subscribers) checkTold(evidence, expected, told, say(name));
  return { violations, counted };
}

type Say = (invariant: Invariant, what: string) => void;

/** The rule of the specification (§2), written as it reads there. */
export function operationsOf({ transactions }: RawBlock, magic: string): readonly Operation[] {
  const found: Operation[] = [];
  for (const [transactionIndex, { txid, scripts }] of transactions.entries()) {
    let data: Uint8Array | null = null;
    for (const script of scripts) {
      if (script[0] !== 0x6a) continue;
      data = onlyPushAfterReturn(script);
    }
    if (data === null) continue;
    const hex = Buffer.from(data).toString('hex');
    if (hex.startsWith(magic)) found.push({ txid, transactionIndex, payload: hex.slice(magic.length) });
  }
  return found;
}

/** The second token of a script of exactly two, when it is a data push; null otherwise. */
export function onlyPushAfterReturn(script: Uint8Array): Uint8Array | null {
  const opcode = script[1];
  if (opcode === undefined) return null;
  let start = 2;
  let length = 0;
  if (opcode >= 1 && opcode <= 75) length = opcode;
  else if (opcode >= 76 && opcode <= 78) {
    const lengthBytes = [1, 2, 4][opcode - 76] as number;
    for (let byte = 0; byte < lengthBytes; byte += 1) length += (script[start + byte] ?? 0) * 256 ** byte;
    start += lengthBytes;
  } else return null;
  if (start + length < script.length) return null;
  return script.slice(start, start + length);
}

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
const short = (hash: string): string => hash.slice(0, 12);

function checkLog(evidence: Evidence, expected: readonly (readonly Operation[])[], say: Say): Counted {
  const { records, firstBlock, winning } = evidence;
  const branch: LogBlock[] = [];
  const connectedOnce = new Set<string>();
  const seen = new Map<number, string>();
  let log = '';
  let epoch = -1;
  let last = 0;
  let open: { block: LogBlock; event: Parsed; bytes: Uint8Array[] } | null = null;
  const counts = { blocks: 0, operations: 0, reorgs: 0, deepest: 0, writers: 0 };
  let depth = 0;

  for (const [index, value] of records.entries()) {
    const event = JSON.parse(Buffer.from(value).toString('utf8')) as Parsed;
    const at = `record ${index} (${event.type} ${event.sequence})`;
    if (index === 0) {
      if (event.type !== 'log.created' || event.sequence !== 1)
        say('I6', `${at}: the log does not begin with log.created`);
      log = event.log;
    }
    if (event.log !== log) say('I6', `${at}: is of another log`);
    if (event.epoch < epoch) continue;
    const print = sha256(value).toString('hex');
    if (event.sequence <= last) {
      if (seen.get(event.sequence) !== print) say('I6', `${at}: sequence ${event.sequence} says two things`);
      continue;
    }
    if (event.sequence !== last + 1) say('I6', `${at}: follows sequence ${last}`);
    last = event.sequence;
    seen.set(last, print);
    if (event.epoch > epoch && index > 0 && event.type !== 'writer.started') say('I6', `${at}: epoch without a writer`);
    const tip = branch.at(-1);
    if (open !== null && event.type !== 'operation' && event.type !== 'writer.started') {
      say('I6', `${at}: stands inside block ${short(open.event.hash)}`);
      open = null;
    }
    switch (event.type) {
      case 'writer.started':
        if (event.epoch <= epoch) say('I6', `${at}: epoch ${event.epoch} was opened before`);
        open = null;
        counts.writers += 1;
        break;
      case 'block.connected': {
        const fits =
          tip === undefined
            ? event.height === firstBlock
            : event.previousHash === tip.hash && event.height === tip.height + 1;
        if (!fits) say('I6', `${at}: block ${short(event.hash)} does not build on ${short(tip?.hash ?? 'nothing')}`);
        const header = Buffer.from(event.header, 'hex');
        if (sha256(sha256(header)).reverse().toString('hex') !== event.hash)
          say('I6', `${at}: the header has another hash`);
        if (header.subarray(4, 36).reverse().toString('hex') !== event.previousHash) say('I6', `${at}: another parent`);
        if (event.work !== String(2 * (event.height - firstBlock + 1))) say('I6', `${at}: work ${event.work}`);
        depth = 0;
        open = { block: { height: event.height, hash: event.hash, operations: [] }, event, bytes: [] };
        break;
      }
      case 'operation':
        if (open === null || event.blockHash !== open.event.hash || event.position !== open.bytes.length) {
          say('I6', `${at}: is not operation ${open?.bytes.length} of block ${short(open?.event.hash ?? 'none')}`);
          break;
        }
        open.bytes.push(value);
        open.block.operations.push({
          txid: event.txid,
          transactionIndex: event.transactionIndex,
          payload: `${event.opcode ?? ''}${event.payload}`,
        });
        break;
      case 'block.disconnected':
        if (tip?.hash !== event.hash)
          say('I7', `${at}: ${short(event.hash)} leaves, the tip is ${short(tip?.hash ?? 'none')}`);
        if (!connectedOnce.has(event.hash)) say('I7', `${at}: ${short(event.hash)} leaves and never came`);
        if (depth === 0) {
          counts.reorgs += 1;
          if (!evidence.hadToLeave(event.hash, value)) say('I7', `${at}: ${short(event.hash)} left without need`);
        }
        depth += 1;
        counts.deepest = Math.max(counts.deepest, depth);
        branch.pop();
        break;
    }
    epoch = event.epoch;
    if (open !== null && open.bytes.length === open.event.operationCount) {
      if (sha256(...open.bytes).toString('hex') !== open.event.digest) say('I6', `${at}: the digest does not fit`);
      checkOrder(open.block.operations, `block ${short(open.event.hash)}`, say);
      connectedOnce.add(open.event.hash);
      branch.push(open.block);
      counts.blocks += 1;
      counts.operations += open.block.operations.length;
      open = null;
    }
  }
  compareBranch(branch, winning, expected, say);
  return counts;
}

function checkOrder(operations: readonly Operation[], where: string, say: Say): void {
  for (const [index, { txid, transactionIndex }] of operations.entries()) {
    const before = operations[index - 1];
    if (before !== undefined && before.transactionIndex >= transactionIndex)
      say('I3', `${where}: ${short(txid)} out of order`);
    if (operations.findIndex((other) => other.txid === txid) !== index) say('I2', `${where}: ${short(txid)} twice`);
  }
}

/** The branch that somebody ended up with, against the winning one. */
function compareBranch(
  branch: readonly LogBlock[],
  winning: readonly RawBlock[],
  expected: readonly (readonly Operation[])[],
  say: Say,
): void {
  if (branch.length !== winning.length) say('I1', `${branch.length} blocks, the winning branch has ${winning.length}`);
  for (const [index, { hash, height }] of winning.entries()) {
    const block = branch[index];
    if (block === undefined) return;
    if (block.hash !== hash) {
      say('I1', `height ${height} is ${short(block.hash)}, the winning branch has ${short(hash)}`);
      return;
    }
    compareOperations(block.operations, expected[index] ?? [], `height ${height}`, say);
  }
}

function compareOperations(found: readonly Operation[], expected: readonly Operation[], where: string, say: Say): void {
  const spell = ({ txid, transactionIndex, payload }: Operation) => `${transactionIndex} ${txid} ${payload}`;
  const wanted = new Set(expected.map(spell));
  const had = new Set<string>();
  for (const operation of found) {
    const spelled = spell(operation);
    if (had.has(spelled)) say('I2', `${where}: ${short(operation.txid)} twice`);
    else if (!wanted.has(spelled)) say('I1', `${where}: ${short(operation.txid)} is not in the block like this`);
    had.add(spelled);
  }
  for (const operation of expected) {
    if (!had.has(spell(operation))) say('I1', `${where}: ${short(operation.txid)} is missing`);
  }
  checkOrder(found, where, say);
}

function checkDump(dump: Dump, oracle: Dump, say: Say): void {
  if (dump.blocks.length !== oracle.blocks.length)
    say('I5', `${dump.blocks.length} blocks, not ${oracle.blocks.length}`);
  for (const [index, wanted] of oracle.blocks.entries()) {
    const block = dump.blocks[index];
    if (block === undefined) break;
    if (block.hash !== wanted.hash) {
      say('I5', `height ${wanted.height} is block ${short(block.hash)}, not ${short(wanted.hash)}`);
      break;
    }
    if (block.consensusHash !== wanted.consensusHash) say('I4', `height ${wanted.height}: another consensus hash`);
    if (block.opsHash !== wanted.opsHash) say('I4', `height ${wanted.height}: another ops hash`);
    if (block.changesHash !== wanted.changesHash) say('I5', `height ${wanted.height}: another changes hash`);
  }
  const verdictOf = ({ block, txid, verdict }: Dump['operations'][number]) => `${verdict} ${txid} ${block}`;
  const verdict = oracle.operations.findIndex((row, index) => {
    const ours = dump.operations[index];
    return ours !== undefined && ours.txid === row.txid && verdictOf(ours) !== verdictOf(row);
  });
  if (verdict >= 0) say('I5', `operation ${verdict} has another verdict`);
  for (const [table, rows] of Object.entries(oracle.tables)) {
    const ours = dump.tables[table] ?? [];
    const differing = rows.findIndex((row, index) => row !== ours[index]);
    if (differing >= 0) say('I5', `${table}: row ${differing} is ${ours[differing]}, not ${rows[differing]}`);
    else if (ours.length !== rows.length) say('I5', `${table}: ${ours.length} rows, not ${rows.length}`);
  }
}

function checkOperations(
  { winning }: Evidence,
  expected: readonly (readonly Operation[])[],
  dump: Dump,
  say: Say,
): void {
  const rows = dump.operations;
  const wanted = winning.flatMap(({ hash }, index) => (expected[index] ?? []).map(({ txid }) => `${hash} ${txid}`));
  const had = new Set<string>();
  for (const { block, txid } of rows) {
    const row = `${block} ${txid}`;
    if (had.has(row)) say('I2', `operation ${short(txid)} of block ${short(block)} twice`);
    had.add(row);
  }
  for (const row of wanted) if (!had.has(row)) say('I1', `operation ${row} is missing`);
  if (had.size > wanted.length) say('I1', `${had.size} operations, the blocks have ${wanted.length}`);
  const inOrder = rows.every(({ block, txid }, index) => `${block} ${txid}` === wanted[index]);
  if (!inOrder && rows.length === wanted.length) say('I3', 'the operations are not in the order of the chain');
}

function checkFeed(
  { winning }: Evidence,
  expected: readonly (readonly Operation[])[],
  feed: readonly FeedLine[],
  say: Say,
): void {
  const stack: { readonly hash: string; readonly txids: string[] }[] = [];
  for (const [position, { kind, hash, txid }] of feed.entries()) {
    const top = stack.at(-1);
    if (kind === 'connected') stack.push({ hash, txids: [] });
    else if (top?.hash !== hash)
      say('I7', `position ${position}: ${kind} of ${short(hash)}, the newest is ${short(top?.hash ?? 'none')}`);
    else if (kind === 'disconnected') stack.pop();
    else top.txids.push(txid ?? '');
  }
  const net = stack.map(({ hash, txids }) => `${hash} ${txids.join(' ')}`);
  const wanted = winning.map(
    ({ hash }, index) => `${hash} ${(expected[index] ?? []).map(({ txid }) => txid).join(' ')}`,
  );
  const differing = wanted.findIndex((block, index) => block !== net[index]);
  if (differing >= 0 || net.length !== wanted.length)
    say('I2', `it nets to something else at height ${winning[differing]?.height}`);
}

function checkTold(
  { winning, firstBlock }: Evidence,
  expected: readonly (readonly Operation[])[],
  told: readonly ToldLine[],
  say: Say,
): void {
  const stack: LogBlock[] = [];
  for (const [index, { kind, height, hash, previousHash, operations }] of told.entries()) {
    const top = stack.at(-1);
    if (kind === 'disconnected') {
      if (top?.hash !== hash)
        say('I7', `event ${index}: ${short(hash)} left, the newest was ${short(top?.hash ?? 'none')}`);
      stack.pop();
      continue;
    }
    const fits = top === undefined ? height === firstBlock : top.hash === previousHash && top.height + 1 === height;
    if (!fits) say('I6', `event ${index}: ${short(hash)} does not build on ${short(top?.hash ?? 'nothing')}`);
    stack.push({ height, hash, operations: [...operations] });
  }
  compareBranch(stack, winning, expected, say);
}
