import {
  bytesToHex,
  concatBytes,
  hash160,
  hexToBytes,
  p2pkhScript,
  p2shScript,
  scriptAddress,
} from '@virtualchain/bitcoin';
import {
  bnsChain,
  bnsMachine,
  hash128,
  nameConsensusHash,
  nameImportPayload,
  namePreorderPayload,
  nameRevokePayload,
  namespacePreorderPayload,
  namespaceReadyPayload,
  namespaceRevealPayload,
  nameTransferPayload,
  nameUpdatePayload,
  preorderHash,
  registrationPayload,
  tokenTransferPayload,
} from '@virtualchain/machine-bns';
import {
  type Given,
  given,
  type MachineUnderTest,
  type PlannedBlock,
  type PlannedOperation,
  type PlannedOutput,
  senderPublicKey,
  senderScript,
} from '@virtualchain/testing';

/** A seed, or `multi…` for somebody whose script is p2sh. */
export type Who = string;

/** The first block of every scenario, and what the blocks before it count as sealed with. */
export const FIRST = 101;
export const INITIAL_HASH = '17ac43c1d8549c3181b200f1bf97eb7d';
export const VALUE = '11'.repeat(20);
export const OTHER_VALUE = '22'.repeat(20);
/** What four to seven characters of a namespace cost in micro-Stacks. */
export const NAMESPACE_TOKENS = 6_400_000_000n;
/** What `foo.test` costs. */
export const FOO_SATOSHIS = 640_000n;
export const FOO_TOKENS = (FOO_SATOSHIS * 650n) / 15n;

const isMulti = (who: Who): boolean => who.startsWith('multi');

export function scriptOf(who: Who): Uint8Array {
  if (who === 'burn') return p2pkhScript(new Uint8Array(20));
  return isMulti(who) ? p2shScript(hash160(new TextEncoder().encode(who))) : senderScript(who);
}

export const scriptHex = (who: Who): string => bytesToHex(scriptOf(who));
export const addressOf = (who: Who): string => scriptAddress(scriptOf(who), 'mainnet') ?? '';

const rich = ['w0', 'w1', 'w2', 'w3', 'w4'].map((who) => ({ address: addressOf(who), value: '1000000000000000' }));

/** BNS from block 101 on, by the rules of epoch 6. Consensus hashes of the start stay recent, so that steps can name one. */
export function bns(parameters: Readonly<Record<string, unknown>> = {}): MachineUnderTest {
  const chain = bnsChain({ firstBlock: FIRST });
  const machine = bnsMachine(
    { epochEnds: [0, 0, 0, 0, 0], consensusWindow: 1000, genesisAccounts: rich, ...parameters },
    chain,
  );
  return { chain, machine, network: 'mainnet' };
}

const dust = 5_500n;
export const pays = (who: Who, value = dust): PlannedOutput => ({ script: scriptOf(who), value });

/** An operation with exactly these outputs behind its payload; the input shows the sender's key. */
export function step(
  by: Who,
  opcode: string,
  payload: Uint8Array,
  outputs: readonly PlannedOutput[],
): PlannedOperation {
  const key = isMulti(by) ? null : senderPublicKey(by);
  const signature = new Uint8Array(71);
  return {
    sender: by,
    opcode,
    payload,
    outputs,
    isWithoutChange: true,
    spends: scriptOf(by),
    inputScript: key === null ? new Uint8Array(0) : concatBytes(Uint8Array.of(71), signature, Uint8Array.of(33), key),
  };
}

interface NamespaceOptions {
  readonly by?: Who;
  readonly to?: Who;
  readonly id?: string;
}

export function orderNamespace(
  options: NamespaceOptions & { readonly tokens?: bigint | null; readonly burn?: Who; readonly fee?: bigint } = {},
): PlannedOperation {
  const { by = 'w0', to = 'w1', id = 'test', tokens = NAMESPACE_TOKENS, burn = 'burn', fee = dust } = options;
  const payload = namespacePreorderPayload({
    preorderHash: preorderHash(id, scriptHex(by), addressOf(to)),
    consensusHash: INITIAL_HASH,
    tokens,
  });
  return step(by, '*', payload, [pays(by), pays(burn, fee)]);
}

export function reveal(
  options: NamespaceOptions & { readonly lifetime?: number; readonly version?: number } = {},
): PlannedOperation {
  const { by = 'w0', to = 'w1', id = 'test', lifetime = 52_595, version = 1 } = options;
  const payload = namespaceRevealPayload({
    lifetime,
    coeff: 250,
    base: 4,
    buckets: [6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    nonAlphaDiscount: 10,
    noVowelDiscount: 10,
    version,
    namespaceId: id,
  });
  return step(by, '&', payload, [pays(to), pays(by)]);
}

export function ready({ by = 'w1', id = 'test' }: NamespaceOptions = {}): PlannedOperation {
  return step(by, '!', namespaceReadyPayload({ namespaceId: id }), [pays(by)]);
}

/** Three blocks: the namespace `test` preordered by w0, revealed to w1, launched by w1. */
export function launched(options: Parameters<typeof reveal>[0] = {}): readonly PlannedBlock[] {
  const { id = 'test' } = options;
  return [[orderNamespace({ id })], [reveal({ ...options, id })], [ready({ id })]];
}

interface NameOptions {
  readonly by: Who;
  readonly to?: Who;
  readonly name?: string;
}

export function importName({
  by,
  to = by,
  name = 'foo.test',
  value = VALUE,
}: NameOptions & { readonly value?: string }) {
  const output = { script: p2pkhScript(hexToBytes(value)), value: dust };
  return step(by, ';', nameImportPayload({ name }), [pays(to), output]);
}

export interface Paid {
  readonly fee?: bigint;
  readonly burn?: Who;
  readonly tokens?: bigint | null;
  readonly unit?: string;
  readonly consensusHash?: string;
}

const feeDefault = 20_000_000n;

export function preorder(options: NameOptions & Paid): PlannedOperation {
  const { by, to = by, name = 'foo.test', fee = feeDefault, burn = 'burn', tokens = null, unit = 'STACKS' } = options;
  const payload = namePreorderPayload({
    preorderHash: preorderHash(name, scriptHex(by), addressOf(to)),
    consensusHash: options.consensusHash ?? INITIAL_HASH,
    tokens: tokens === null ? null : { amount: tokens, unit },
  });
  return step(by, '?', payload, [pays(by), pays(burn, fee)]);
}

export function register(options: NameOptions & { readonly value?: string | null }): PlannedOperation {
  const { by, to = by, name = 'foo.test', value = null } = options;
  return step(by, ':', registrationPayload({ name, valueHash: value, tokens: null }), [pays(to)]);
}

export function renew(options: NameOptions & Paid & { readonly value?: string | null }): PlannedOperation {
  const { by, to = by, name = 'foo.test', value = null, fee = feeDefault, burn = 'burn', tokens = 0n } = options;
  const payload = registrationPayload({ name, valueHash: value, tokens: value === null ? null : (tokens ?? 0n) });
  return step(by, ':', payload, [pays(to), pays(by), pays(burn, fee)]);
}

export function update(
  options: NameOptions & { readonly value?: string; readonly consensusHash?: string },
): PlannedOperation {
  const { by, name = 'foo.test', value = VALUE, consensusHash = INITIAL_HASH } = options;
  const payload = nameUpdatePayload({ nameConsensusHash: nameConsensusHash(name, consensusHash), valueHash: value });
  return step(by, '+', payload, [pays(by)]);
}

export function transfer(
  options: NameOptions & { readonly to: Who; readonly keepsValue?: boolean; readonly consensusHash?: string },
): PlannedOperation {
  const { by, to, name = 'foo.test', keepsValue = true, consensusHash = INITIAL_HASH } = options;
  const payload = nameTransferPayload({ keepsValue, nameHash: hash128(name), consensusHash });
  return step(by, '>', payload, [pays(to)]);
}

export function revoke({ by, name = 'foo.test' }: NameOptions): PlannedOperation {
  return step(by, '~', nameRevokePayload({ name }), [pays(by)]);
}

export function sendTokens(
  by: Who,
  to: Who,
  amount: bigint,
  { unit = 'STACKS', consensusHash = INITIAL_HASH }: { readonly unit?: string; readonly consensusHash?: string } = {},
): PlannedOperation {
  return step(by, '$', tokenTransferPayload({ consensusHash, unit, amount, scratch: '' }), [pays(to)]);
}

/** A history of BNS, and one more operation. */
export function when(history: Given, { sender, opcode, payload, ...more }: PlannedOperation) {
  return history.when(sender, opcode, payload, more);
}

export const empty = (blocks: number): readonly PlannedBlock[] => Array.from({ length: blocks }, () => []);

/** `foo.test` of w2 in a launched namespace: preordered at 104, registered at 105. */
export function owned(
  parameters: Readonly<Record<string, unknown>> = {},
  options: Parameters<typeof reveal>[0] = {},
  ...more: readonly PlannedBlock[]
): Given {
  const history = [...launched(options), [preorder({ by: 'w2' })], [register({ by: 'w2' })], ...more];
  return given(bns(parameters), history);
}

/** A launched namespace, and these blocks. */
export function opened(parameters: Readonly<Record<string, unknown>>, ...more: readonly PlannedBlock[]): Given {
  return given(bns(parameters), [...launched(), ...more]);
}
