import { blockHash, bytesToHex, height } from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import type { OperationCodec, VirtualChain } from './virtual-chain.ts';

/** A virtual chain as its author writes it down. */
export interface VirtualChainSpec {
  /** Part of topic and schema names: `[a-z][a-z0-9_]*`, at most 32 characters. */
  readonly name: string;
  /** ASCII text or bytes. No bytes at all (and not the empty text) for every payload of the network. */
  readonly magic: string | Uint8Array;
  readonly firstBlock: number;
  readonly operations: readonly OperationSpec[];
  readonly checkpoint?: { readonly height: number; readonly hash: string } | undefined;
  /** False where no rule looks at what the inputs spend (`VirtualChain.isWithoutSenders`); true when absent. */
  readonly senders?: boolean;
  /** Whether operations carry the witnesses of their inputs, at all heights or as a pure function says; false when absent. */
  readonly witnesses?: boolean | ((height: number) => boolean);
  /** What the definition was called with. Must survive JSON, since the registry of builds keeps its hash. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface OperationSpec extends OperationCodec {
  /** One ASCII character, or the byte itself. */
  readonly opcode: string | number;
}

/** Every chain definition, built in or a stranger's, is a function of its parameters. */
export type ChainDefinition = (parameters: Readonly<Record<string, unknown>>) => VirtualChain;

/** The definition of a virtual chain, or the parameters it was called with, make no chain. All problems at once. */
export class VirtualChainInvalid extends ExpectedError {
  override readonly name = 'VirtualChainInvalid';
  readonly code = 'VIRTUAL_CHAIN_INVALID';
  readonly remedy = 'halt';
  readonly problems: readonly string[];

  constructor(chain: string, problems: readonly string[]) {
    super(`virtual chain '${chain}': ${problems.join('; ')}`);
    this.problems = problems;
  }
}

const CHAIN_NAME = /^[a-z][a-z0-9_]{0,31}$/;
const OPERATION_NAME = /^[a-z][a-z0-9_-]{0,63}$/;
const HASH = /^[0-9a-f]{64}$/;
const ASCII = /^[\x20-\x7e]*$/;

/** Longer magic bytes would leave no room for an operation in the 80 bytes that nodes have long relayed. */
const magicBytesMax = 32;

/**
 * Checks the definition of a virtual chain and makes it ready for use.
 * @throws VirtualChainInvalid with every problem listed.
 */
export function defineVirtualChain(spec: VirtualChainSpec): VirtualChain {
  const problems = [...chainProblems(spec), ...operationProblems(spec.operations)];
  if (problems.length > 0) throw new VirtualChainInvalid(String(spec.name), problems);
  return {
    name: spec.name,
    magic: magicBytes(spec.magic),
    firstBlock: height(spec.firstBlock),
    operations: new Map(spec.operations.map((operation) => [opcodeByte(operation.opcode) as number, operation])),
    ...(spec.checkpoint === undefined
      ? {}
      : { checkpoint: { height: height(spec.checkpoint.height), hash: blockHash(spec.checkpoint.hash) } }),
    ...(spec.senders === false && { isWithoutSenders: true }),
    ...witnessesOf(spec.witnesses),
    parameters: JSON.parse(JSON.stringify(spec.parameters ?? {})) as Readonly<Record<string, unknown>>,
  };
}

function* chainProblems({ name, magic, firstBlock, checkpoint }: VirtualChainSpec): Iterable<string> {
  if (!CHAIN_NAME.test(name)) yield `name must match ${CHAIN_NAME.source}`;
  const isText = typeof magic === 'string';
  if (isText && !ASCII.test(magic)) yield 'magic as text must be ASCII';
  if (magic === '' || magic.length > magicBytesMax)
    yield `magic must have 1 to ${magicBytesMax} bytes, or be given as no bytes (an empty Uint8Array), which takes every payload`;
  if (!isHeight(firstBlock)) yield `firstBlock is not a block height: ${firstBlock}`;
  if (checkpoint === undefined) return;
  if (!isHeight(checkpoint.height)) yield `checkpoint height is not a block height: ${checkpoint.height}`;
  if (!HASH.test(checkpoint.hash)) yield 'checkpoint hash must be 64 lower-case hex digits';
}

function* operationProblems(operations: readonly OperationSpec[]): Iterable<string> {
  const seen = new Map<number, string>();
  for (const { opcode, name } of operations) {
    const byte = opcodeByte(opcode);
    if (!OPERATION_NAME.test(name)) yield `operation name '${name}' must match ${OPERATION_NAME.source}`;
    if (byte === null) {
      yield `opcode of '${name}' must be one ASCII character or a byte: ${opcode}`;
      continue;
    }
    const other = seen.get(byte);
    if (other !== undefined) yield `'${other}' and '${name}' share the opcode ${bytesToHex(Uint8Array.of(byte))}`;
    seen.set(byte, name);
  }
}

function witnessesOf(witnesses: VirtualChainSpec['witnesses']): Pick<VirtualChain, 'hasWitnesses'> {
  if (witnesses === undefined || witnesses === false) return {};
  return { hasWitnesses: witnesses === true ? () => true : witnesses };
}

function isHeight(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function opcodeByte(opcode: string | number): number | null {
  const byte = typeof opcode === 'number' ? opcode : opcode.length === 1 ? opcode.charCodeAt(0) : -1;
  const byteMax = typeof opcode === 'number' ? 255 : 127;
  return Number.isInteger(byte) && byte >= 0 && byte <= byteMax ? byte : null;
}

function magicBytes(magic: string | Uint8Array): Uint8Array {
  return typeof magic === 'string' ? new TextEncoder().encode(magic) : Uint8Array.from(magic);
}
