import { bytesEqual, type Height } from '@virtualchain/bitcoin';
import { type ConsensusHash, consensusHashOf, type OpsHash, opsHash, previousHeights } from './consensus-hash.ts';

/**
 * Whoever answers about old blocks. Nothing it says is believed: answers are of unknown shape until they are checked, and
 * null stands for "I have none".
 */
export interface SnvServer {
  opsHash(height: Height): Promise<string | null>;
  /** In the order asked for. */
  consensusHashes(heights: readonly Height[]): Promise<readonly (string | null)[]>;
  /** The transitions of the block, serialised as they were hashed (`serializeOperation`), in any order. */
  operationsAt(height: Height): Promise<readonly Uint8Array[] | null>;
}

/** A block whose consensus hash the asker knows to be right. */
export interface TrustedBlock {
  readonly height: Height;
  readonly consensusHash: ConsensusHash;
}

/** Whose transitions are wanted, and by what trusted block they are to be proved. */
export interface SnvQuestion {
  readonly trusted: TrustedBlock;
  /** The block whose transitions are wanted: the trusted one, or one before it. */
  readonly target: Height;
  /** Floor of the skip list, as the machine defines it. */
  readonly firstBlock: Height;
}

/**
 * Why the answer is not believed: hashes that do not lead to a trusted one, transitions that do not give the hash, a
 * block that the trusted one does not lead to, an answer that is no hash at all.
 */
export type SnvProblem = 'CONSENSUS_HASH_MISMATCH' | 'OPERATIONS_MISMATCH' | 'UNREACHABLE' | 'ANSWER_MALFORMED';

/** What a server said is not what the trusted hash vouches for: where, and why. */
export interface SnvRefusal {
  readonly kind: 'refused';
  readonly problem: SnvProblem;
  readonly height: Height;
  readonly detail: string;
}

/** The proved transitions of the block, serialized as the ops hash covers them, or why there are none. */
export type SnvAnswer =
  | { readonly kind: 'authentic'; readonly height: Height; readonly operations: readonly Uint8Array[] }
  | SnvRefusal;

/**
 * Simple name verification (spec §5): the transitions of an old block, proved by a recent consensus hash against a server
 * that is not trusted. Walks down the skip list, recomputing at every step the consensus hash that the step above
 * vouched for; about log2 of the distance in rounds. Total: whatever the server answers, the result says.
 */
export async function verifyOperations(question: SnvQuestion, server: SnvServer): Promise<SnvAnswer> {
  const { trusted, target } = question;
  const known = new Map<Height, string>([[trusted.height, trusted.consensusHash]]);
  let proved: string | null = null;
  for (let current: Height | null = trusted.height; current !== null && current >= target; ) {
    const step = await proveStep(current, question, known, server);
    if (typeof step !== 'string') return step;
    if (current === target) proved = step;
    current = nextStop(known, current, target);
  }
  const operations: unknown = await server.operationsAt(target);
  if (proved === null) {
    return refused('UNREACHABLE', target, `block ${trusted.height} does not lead to it`);
  }
  if (!isListOfBytes(operations)) return refused('ANSWER_MALFORMED', target, 'the operations are no list of bytes');
  const actual = opsHash(operations);
  if (actual !== proved) return refused('OPERATIONS_MISMATCH', target, `they give ${actual}, the block has ${proved}`);
  return { kind: 'authentic', height: target, operations };
}

/** The ops hash of a block, proved by the consensus hash known for it. What it vouches for is added to `known`. */
async function proveStep(
  current: Height,
  { firstBlock }: SnvQuestion,
  known: Map<Height, string>,
  server: SnvServer,
): Promise<string | SnvRefusal> {
  const ops: unknown = await server.opsHash(current);
  const previous = previousHeights(current, firstBlock);
  const wanted = previous.filter((height) => !known.has(height));
  const answers: unknown = wanted.length === 0 ? [] : await server.consensusHashes(wanted);
  if (!isOpsHash(ops)) return refused('ANSWER_MALFORMED', current, 'no ops hash');
  if (!Array.isArray(answers)) return refused('ANSWER_MALFORMED', current, 'no list of consensus hashes');
  for (const [index, height] of wanted.entries()) {
    const answer: unknown = answers[index] ?? null;
    if (answer === null) break;
    if (!isConsensusHash(answer)) return refused('ANSWER_MALFORMED', height, 'no consensus hash');
    known.set(height, answer);
  }
  const inHand = previous.flatMap((height) => known.get(height) ?? []);
  if (inHand.length < previous.length) {
    return refused(
      'CONSENSUS_HASH_MISMATCH',
      current,
      `${previous.length - inHand.length} hashes before it are withheld`,
    );
  }
  const actual = consensusHashOf(ops, inHand);
  const expected = known.get(current);
  return actual === expected
    ? ops
    : refused('CONSENSUS_HASH_MISMATCH', current, `the answers give ${actual}, not ${expected}`);
}

/** The lowest known height that lies below `current` and not below `target`: the longest step down. */
function nextStop(known: ReadonlyMap<Height, string>, current: Height, target: Height): Height | null {
  const below = [...known.keys()].filter((height) => height >= target && height < current);
  return below.length === 0 ? null : (Math.min(...below) as Height);
}

function refused(problem: SnvProblem, height: Height, detail: string): SnvRefusal {
  return { kind: 'refused', problem, height, detail };
}

const OPS_HASH = /^[0-9a-f]{64}$/;
const CONSENSUS_HASH = /^[0-9a-f]{32}$/;

function isOpsHash(value: unknown): value is OpsHash {
  return typeof value === 'string' && OPS_HASH.test(value);
}

function isConsensusHash(value: unknown): value is ConsensusHash {
  return typeof value === 'string' && CONSENSUS_HASH.test(value);
}

function isListOfBytes(value: unknown): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.every((each) => each instanceof Uint8Array);
}

/** A transition as its serialised bytes say it: every field as the bytes that were hashed. */
export interface SerializedOperation {
  readonly opcode: number;
  readonly fields: Readonly<Record<string, Uint8Array>>;
}

const COLON = 0x3a;
const COMMA = 0x2c;

/**
 * Reads what `serializeOperation` wrote, given the machine's hashed fields; types are not in the bytes. Total: null for
 * anything else. Opcodes of more than one byte are not read.
 */
export function parseSerializedOperation(
  serialized: Uint8Array,
  hashedFields: Readonly<Record<number, readonly string[]>>,
): SerializedOperation | null {
  const [opcode, colon] = serialized;
  const names = opcode === undefined ? undefined : hashedFields[opcode];
  if (opcode === undefined || names === undefined || colon !== COLON) return null;
  const fields: Record<string, Uint8Array> = {};
  let position = 2;
  for (const [index, name] of names.entries()) {
    if (index > 0 && serialized[position++] !== COMMA) return null;
    const lengthEnd = serialized.indexOf(COLON, position);
    const digits = String.fromCharCode(...serialized.subarray(position, lengthEnd < 0 ? position : lengthEnd));
    if (!/^(0|[1-9][0-9]{0,8})$/.test(digits)) return null;
    const end = lengthEnd + 1 + Number(digits);
    if (end > serialized.length) return null;
    const value = serialized.subarray(lengthEnd + 1, end);
    const earlier = fields[name];
    if (earlier !== undefined && !bytesEqual(earlier, value)) return null;
    fields[name] = value;
    position = end;
  }
  return position === serialized.length ? { opcode, fields } : null;
}
