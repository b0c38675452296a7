import { type Dump, type Evidence, type FeedLine, type Operation, type Say, short } from './evidence.ts';

export function checkDump(dump: Dump, oracle: Dump, say: Say): void {
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

export function checkOperations(
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

export function checkFeed(
  { winning }: Evidence,
  expected: readonly (readonly Operation[])[],
  feed: readonly FeedLine[],
  say: Say,
): void {
  const stack: { readonly hash: string; readonly txids: string[]; isSealed: boolean }[] = [];
  for (const [position, { kind, hash, txid }] of feed.entries()) {
    const top = stack.at(-1);
    if (kind === 'connected') stack.push({ hash, txids: [], isSealed: false });
    else if (top?.hash !== hash)
      say('I7', `position ${position}: ${kind} of ${short(hash)}, the newest is ${short(top?.hash ?? 'none')}`);
    else if (kind === 'disconnected') stack.pop();
    else if (top.isSealed) say('I7', `position ${position}: ${kind} of ${short(hash)}, which is sealed`);
    else if (kind === 'sealed') top.isSealed = true;
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
