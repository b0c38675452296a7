import type { TransactionOutput } from '@virtualchain/bitcoin';
import { LegacyFloat } from '@virtualchain/machine';
import { namePreorderPayload } from '../operations/name/name-preorder.ts';
import { registrationPayload } from '../operations/name/registration-payload.ts';
import { type NameCost, nameCost } from '../queries/costs.ts';
import { historicNameAt, type NameAnswer } from '../queries/names.ts';
import { namespaceAt } from '../queries/namespaces.ts';
import { STACKS } from '../rules/accounts.ts';
import { epochAt } from '../rules/epochs.ts';
import { preorderHash } from '../rules/hashes.ts';
import { splitName } from '../rules/names.ts';
import { OPCODES } from '../wire/opcodes.ts';
import { outputTo, type Party, partyOf } from './party.ts';
import { cannot, type Plan, type Planning, problemsOf } from './plan.ts';
import { standingOf, standingText } from './standing.ts';

/** Whose a name is to be, and what it is paid with. */
export interface BuyOptions {
  /** Address; the sender's own by default. */
  readonly owner?: string;
  /** Pay in tokens where both are taken. */
  readonly tokens?: boolean;
}

/** The same, with what the name is to point to. */
export interface NameOptions extends BuyOptions {
  /** Hash of the zone file: 40 hex digits. */
  readonly zonefileHash?: string;
}

/** Pays for a name without saying which; a registration by the same sender for the same owner has to follow. */
export async function planPreorder(planning: Planning, name: string, options: BuyOptions): Promise<Plan> {
  const { found, cost } = await offered(planning, name);
  const owner = ownerOf(planning, options);
  const { tokens, output } = payment(planning, cost, options.tokens === true);
  const register = registration(name, owner, null);
  return {
    summary: `preorders ${name} for ${owner.address}, paying ${paidText(tokens, output)}`,
    opcode: OPCODES.namePreorder,
    payload: namePreorderPayload({
      preorderHash: preorderHash(name, planning.sender.script, owner.address),
      consensusHash: planning.consensusHash,
      tokens: tokens === null ? null : { amount: tokens, unit: STACKS },
    }),
    outputs: [output],
    changeIndex: 1,
    problems: problemsOf(takenProblem(name, found)),
    next: register,
  };
}

/** Says which name was preordered, and gives it to its owner. */
export async function planRegister(planning: Planning, name: string, options: NameOptions): Promise<Plan> {
  const { found } = await offered(planning, name);
  const owner = ownerOf(planning, options);
  const taken = takenProblem(name, found);
  const missing = taken ?? (await preorderProblem(planning, name, owner));
  return { ...registration(name, owner, valueHashOf(planning, options)), problems: problemsOf(missing) };
}

/** Pays for another lifetime. The owner and the value hash may change with it. */
export async function planRenew(planning: Planning, name: string, options: NameOptions): Promise<Plan> {
  const { found, cost } = await offered(planning, name);
  const owner = ownerOf(planning, options);
  const { tokens, output } = payment(planning, cost, options.tokens === true);
  const given = valueHashOf(planning, options);
  // A payload that says how many tokens it pays says a value hash too: what it was, so that it stays.
  const kept = tokens === null ? null : (found?.record.value_hash ?? '00'.repeat(20));
  const valueHash = given ?? kept;
  const epoch = epochAt(planning.height, planning.rules.epochEnds);
  const isRenewable = ['registered', 'in grace'].includes(standingOf(found));
  return {
    summary: `renews ${name} for ${owner.address}, paying ${paidText(tokens, output)}`,
    opcode: OPCODES.nameRegistration,
    payload: registrationPayload({ name, valueHash, tokens: epoch.hasTokens ? (tokens ?? 0n) : null }),
    outputs: [outputTo(owner), output],
    changeIndex: 2,
    problems: problemsOf(isRenewable ? null : standingText(name, found)),
  };
}

function registration(name: string, owner: Party, valueHash: string | null): Plan {
  return {
    summary: `registers ${name} for ${owner.address}`,
    opcode: OPCODES.nameRegistration,
    payload: registrationPayload({ name, valueHash, tokens: null }),
    outputs: [outputTo(owner)],
    problems: [],
  };
}

/** What is known of a name, and its price in the next block. */
async function offered(
  planning: Planning,
  name: string,
): Promise<{ readonly found: NameAnswer | null; readonly cost: NameCost }> {
  const { namespace: id } = splitName(name);
  const namespace = await namespaceAt(planning, id);
  const cost = await nameCost(planning, name);
  if (namespace === null || cost === null)
    return cannot(`there is no namespace ${id}: vchain bns namespace preorder, reveal and ready make one`);
  if (!namespace.isReady)
    return cannot(`the namespace ${id} is revealed, but not launched: its names are not sold before`);
  return { found: await historicNameAt(planning, name), cost };
}

/** The hash that the payload says, if any. */
function valueHashOf({ height, rules }: Planning, { zonefileHash }: NameOptions): string | null {
  if (zonefileHash !== undefined && !epochAt(height, rules.epochEnds).takesValueHash)
    return cannot('registrations and renewals take no zone file hash at this height: set it with an update');
  return zonefileHash ?? null;
}

function ownerOf({ sender, rules }: Planning, { owner }: BuyOptions): Party {
  return owner === undefined ? sender : partyOf('--owner', owner, rules);
}

/** The tokens to say in the payload, and the output that pays, or that only names the payee. */
function payment(
  { rules }: Planning,
  { unit, amount, microStacks, payTo }: NameCost,
  inTokens: boolean,
): { readonly tokens: bigint | null; readonly output: TransactionOutput } {
  const payee = partyOf('payment address', payTo, rules);
  if (unit === 'BTC' && !inTokens) return { tokens: null, output: outputTo(payee, wholeSatoshis(amount)) };
  if (microStacks === null) return cannot('the namespace takes satoshis only at this height: leave out --tokens');
  return { tokens: microStacks, output: outputTo(payee) };
}

/** Whole satoshis that cover a price. */
function wholeSatoshis(amount: NameCost['amount']): bigint {
  return amount instanceof LegacyFloat ? BigInt(Math.ceil(amount.value)) : amount;
}

function paidText(tokens: bigint | null, { value }: TransactionOutput): string {
  return tokens === null ? `${value} satoshis` : `${tokens} micro-Stacks`;
}

function takenProblem(name: string, found: NameAnswer | null): string | null {
  return found?.exists === true ? standingText(name, found) : null;
}

async function preorderProblem(
  { reading, sender, rules, height }: Planning,
  name: string,
  owner: Party,
): Promise<string | null> {
  const { hasTokens: doesExpire } = epochAt(height, rules.epochEnds);
  const hash = preorderHash(name, sender.script, owner.address);
  for await (const { op, block_number } of reading.state.preorders.by('hash', { preorder_hash: hash })) {
    if (op !== '?') continue;
    const age = height - block_number;
    return !doesExpire || age <= rules.preorderExpiryBlocks
      ? null
      : `the preorder of ${name} in block ${block_number} is ${age} blocks old, ${rules.preorderExpiryBlocks} are allowed; preorder it with another key or for another owner`;
  }
  return `there is no confirmed preorder of ${name} by ${sender.address} for the owner ${owner.address}: run vchain bns preorder ${name} first, with the same key and the same --owner, and wait until it is mined`;
}
