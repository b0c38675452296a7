import { type LogBlock, type Operation, type RawBlock, type Say, short } from './evidence.ts';

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

export function checkOrder(operations: readonly Operation[], where: string, say: Say): void {
  for (const [index, { txid, transactionIndex }] of operations.entries()) {
    const before = operations[index - 1];
    if (before !== undefined && before.transactionIndex >= transactionIndex)
      say('I3', `${where}: ${short(txid)} out of order`);
    if (operations.findIndex((other) => other.txid === txid) !== index) say('I2', `${where}: ${short(txid)} twice`);
  }
}

/** The branch that somebody ended up with, against the winning one. */
export function compareBranch(
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
