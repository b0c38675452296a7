import { bytesToHex, hexToBytes, p2pkhScript } from '@virtualchain/bitcoin';
import type { NamespaceRow } from '../collections.ts';
import { nameImportPayload } from '../operations/name/name-import.ts';
import { namespacePreorderPayload } from '../operations/namespace/namespace-preorder.ts';
import { namespaceReadyPayload } from '../operations/namespace/namespace-ready.ts';
import { namespaceRevealPayload } from '../operations/namespace/namespace-reveal.ts';
import { namespaceAt } from '../queries/namespaces.ts';
import { epochAt } from '../rules/epochs.ts';
import { preorderHash } from '../rules/hashes.ts';
import { splitName } from '../rules/names.ts';
import { namespacePrice } from '../rules/prices.ts';
import { OPCODES } from '../wire/opcodes.ts';
import { outputTo, type Party, partyOf } from './party.ts';
import { cannot, type Plan, type Planning, problemsOf } from './plan.ts';

/**
 * The rules that a namespace is revealed with; the lifetime in blocks, the others as its prices are computed from
 * them.
 */
export interface RevealOptions {
  /** Address that imports and launches; the sender's own by default. */
  readonly launcher?: string;
  readonly lifetime: number;
  readonly coeff: number;
  readonly base: number;
  readonly buckets: readonly number[];
  readonly nonAlphaDiscount: number;
  readonly noVowelDiscount: number;
  readonly namespaceVersion: number;
}

/** Where nothing else is said: labels are cheaper with each letter up to the seventh, and names live for two years. */
export const revealDefaults = {
  lifetime: 52_595,
  coeff: 250,
  base: 4,
  buckets: [6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  nonAlphaDiscount: 10,
  noVowelDiscount: 10,
  namespaceVersion: 1,
} as const;

/** Pays for a namespace without saying which. */
export async function planNamespacePreorder(
  planning: Planning,
  id: string,
  options: Pick<RevealOptions, 'launcher'>,
): Promise<Plan> {
  const { rules, sender, height, consensusHash } = planning;
  const price = namespacePrice(id, epochAt(height, rules.epochEnds)) ?? cannot(`no namespace has the length of ${id}`);
  const launcher = launcherOf(planning, options);
  const inTokens = price.unit === 'STACKS';
  const burn = partyOf('burn address', rules.burnAddress, rules);
  const hash = preorderHash(id, sender.script, launcher.address);
  const expired = await expiredNamespace(planning, id);
  // Who buys an expired namespace again has to burn the satoshis that were burnt for it before.
  const output = outputTo(burn, expired?.op_fee ?? (inTokens ? undefined : price.amount));
  const paid = inTokens ? `${price.amount} micro-Stacks and ${output.value} satoshis` : `${output.value} satoshis`;
  return {
    summary: `preorders the namespace ${id} for ${launcher.address}, paying ${paid}`,
    opcode: OPCODES.namespacePreorder,
    payload: namespacePreorderPayload({
      preorderHash: hash,
      consensusHash,
      tokens: inTokens ? price.amount : null,
    }),
    outputs: [output],
    changeIndex: 1,
    problems: problemsOf(
      (await takenProblem(planning, id)) ??
        (expired?.preorder_hash === hash
          ? `${id} expired with the preorder of this key for this launcher, whose hash stays taken: preorder it with another key or another --launcher`
          : null),
    ),
    next: reveal(id, launcher, revealDefaults),
  };
}

/** Says which namespace was preordered, and fixes its rules for good. */
export async function planNamespaceReveal(planning: Planning, id: string, options: RevealOptions): Promise<Plan> {
  const taken = await takenProblem(planning, id);
  const launcher = launcherOf(planning, options);
  const plan = reveal(id, launcher, options);
  return { ...plan, problems: problemsOf(taken ?? (await preorderProblem(planning, id, launcher))) };
}

/** Launches a namespace: names of it are sold from then on. */
export async function planNamespaceReady(planning: Planning, id: string): Promise<Plan> {
  const problem = await launchProblem(planning, id);
  return {
    summary: `launches the namespace ${id}`,
    opcode: OPCODES.namespaceReady,
    payload: namespaceReadyPayload({ namespaceId: id }),
    outputs: [],
    problems: problemsOf(problem),
  };
}

/** Gives a name away before its namespace is launched. */
export async function planImport(
  planning: Planning,
  name: string,
  options: { readonly owner?: string; readonly zonefileHash: string },
): Promise<Plan> {
  const { namespace: id } = splitName(name);
  const namespace = await namespaceAt(planning, id);
  const owner = options.owner === undefined ? planning.sender : partyOf('--owner', options.owner, planning.rules);
  const value = bytesToHex(p2pkhScript(hexToBytes(options.zonefileHash)));
  return {
    summary: `imports ${name} for ${owner.address} with the zone file hash ${options.zonefileHash}`,
    opcode: OPCODES.nameImport,
    payload: nameImportPayload({ name }),
    outputs: [outputTo(owner), outputTo({ script: value })],
    problems: problemsOf(
      namespace?.isReady === false
        ? null
        : `the namespace ${id} is ${namespace === null ? 'not revealed' : 'launched'}: names are imported between reveal and launch`,
    ),
  };
}

function reveal(id: string, launcher: Party, options: Omit<RevealOptions, 'launcher'>): Plan {
  const { lifetime, coeff, base, buckets, nonAlphaDiscount, noVowelDiscount, namespaceVersion } = options;
  const rules = { lifetime, coeff, base, buckets, nonAlphaDiscount, noVowelDiscount, version: namespaceVersion };
  return {
    summary: `reveals the namespace ${id} with version ${namespaceVersion} and a lifetime of ${lifetime}; ${launcher.address} launches it`,
    opcode: OPCODES.namespaceReveal,
    payload: namespaceRevealPayload({ ...rules, namespaceId: id }),
    outputs: [outputTo(launcher)],
    changeIndex: 2,
    problems: [],
  };
}

function launcherOf({ sender, rules }: Planning, { launcher }: Pick<RevealOptions, 'launcher'>): Party {
  return launcher === undefined ? sender : partyOf('--launcher', launcher, rules);
}

/** One that was revealed and never launched in time. */
async function expiredNamespace(planning: Planning, id: string): Promise<NamespaceRow | null> {
  const isLive = (await namespaceAt(planning, id)) !== null;
  return isLive ? null : planning.reading.state.namespaces.get({ namespace_id: id });
}

async function takenProblem(planning: Planning, id: string): Promise<string | null> {
  const namespace = await namespaceAt(planning, id);
  return namespace === null ? null : `the namespace ${id} is ${namespace.isReady ? 'launched' : 'revealed'} already`;
}

async function preorderProblem({ reading, sender }: Planning, id: string, launcher: Party): Promise<string | null> {
  const hash = preorderHash(id, sender.script, launcher.address);
  for await (const { op } of reading.state.preorders.by('hash', { preorder_hash: hash })) if (op === '*') return null;
  return `there is no confirmed preorder of the namespace ${id} by ${sender.address} for the launcher ${launcher.address}: run vchain bns namespace preorder ${id} first, with the same key and the same --launcher, and wait until it is mined`;
}

async function launchProblem(planning: Planning, id: string): Promise<string | null> {
  const namespace = await namespaceAt(planning, id);
  if (namespace === null)
    return `the namespace ${id} is not revealed: run vchain bns namespace preorder and reveal first`;
  if (namespace.isReady) return `the namespace ${id} is launched already`;
  const { recipient, recipient_address } = namespace.record;
  return recipient === planning.sender.script
    ? null
    : `${id} is launched by ${recipient_address}; this key is ${planning.sender.address}`;
}
