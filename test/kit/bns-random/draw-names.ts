import {
  hash128,
  microStacksPrice,
  type NamespaceRow,
  nameConsensusHash,
  namePreorderPayload,
  nameRevokePayload,
  nameTransferPayload,
  nameUpdatePayload,
  preorderHash,
  registrationPayload,
  satoshiPrice,
  splitName,
} from '@virtualchain/machine-bns';
import { aroundPrice } from './draw-namespaces.ts';
import { BURN, type Person } from './people.ts';
import { type Plan, pays } from './plan.ts';
import { OTHER_UNIT } from './settings.ts';
import type { Secret, World } from './world.ts';

interface Fee {
  readonly satoshis: bigint;
  readonly burn: Person;
  /** Null when paid in satoshis. */
  readonly tokens: bigint | null;
}

/** What is paid for a name: about its price, to whom it has to go, in tokens where there are some. */
function fee(world: World, name: string): Fee {
  const { random, epoch } = world;
  const { label, namespace: id } = splitName(name);
  const namespace: NamespaceRow | null = world.namespace(id);
  if (namespace === null) return { satoshis: 1_000n, burn: BURN, tokens: null };
  const price = satoshiPrice(label, namespace, epoch);
  const satoshis = typeof price === 'bigint' ? price : BigInt(Math.min(Math.ceil(price.value), 10 ** 15));
  const isYoung = namespace.version === 2 && namespace.reveal_block + world.rules.receiveFeesBlocks >= world.height;
  const burn = isYoung !== random.chance(0.08) ? world.addressee(namespace.address) : BURN;
  const inTokens = epoch.hasTokens && random.chance(namespace.version === 3 ? 0.9 : isYoung ? 0.6 : 0.3);
  return {
    satoshis: aroundPrice(world, satoshis > 10n ** 15n ? 1_000n : satoshis),
    burn: inTokens && !random.chance(0.1) && !isYoung ? BURN : burn,
    tokens: inTokens ? aroundPrice(world, clamped(microStacksPrice(label, namespace))) : null,
  };
}

const clamped = (amount: bigint): bigint => (amount < 2n ** 63n ? amount : 2n ** 63n);

export function namePreorder(world: World, wanted: Partial<Pick<Secret, 'id' | 'by' | 'to' | 'hash'>> = {}): Plan {
  const { random } = world;
  const { id = world.name(), by = world.anybody() } = wanted;
  const to = wanted.to ?? (random.chance(0.6) ? by : world.anybody());
  const { satoshis, burn, tokens } = fee(world, id);
  const hash = wanted.hash ?? preorderHash(id, by.scriptHex, to.address);
  if (wanted.hash === undefined) world.secrets.push({ kind: 'name', id, by, to, hash, height: world.height });
  return {
    why: 'preorder',
    by: [by],
    opcode: '?',
    payload: namePreorderPayload({
      preorderHash: hash,
      consensusHash: world.consensusHash(),
      tokens: tokens === null ? null : { amount: tokens, unit: random.chance(0.9) ? 'STACKS' : OTHER_UNIT },
    }),
    outputs: [pays(by), pays(burn, satoshis)],
  };
}

export function register(world: World, secret = world.secret('name')): Plan | null {
  if (secret === null) return null;
  const { random, epoch } = world;
  const { id, by, to } = secret;
  const valueHash = epoch.takesValueHash && random.chance(0.3) ? world.value() : null;
  const tokens = valueHash !== null && epoch.hasTokens && random.chance(0.3) ? BigInt(random.pick([0, 0, 0, 1])) : null;
  return {
    why: 'register',
    by: [random.chance(0.96) ? by : world.anybody()],
    opcode: ':',
    payload: registrationPayload({ name: id, valueHash, tokens }),
    outputs: [pays(random.chance(0.96) ? to : world.anybody()), ...(random.chance(0.3) ? [pays(by)] : [])],
  };
}

export function renew(world: World): Plan | null {
  const row = world.existing();
  if (row === null) return null;
  const { random, epoch } = world;
  const by = world.holder(row.sender);
  const { satoshis, burn, tokens } = fee(world, row.name);
  const valueHash = epoch.takesValueHash && (tokens !== null || random.chance(0.4)) ? world.value() : null;
  const paysTokens = valueHash !== null && epoch.hasTokens && random.chance(0.95);
  return {
    why: 'renew',
    by: [by],
    opcode: ':',
    payload: registrationPayload({ name: row.name, valueHash, tokens: paysTokens ? (tokens ?? 0n) : null }),
    outputs: [pays(random.chance(0.8) ? by : world.anybody()), pays(by), pays(burn, satoshis)],
  };
}

export function update(world: World): Plan | null {
  const row = world.existing();
  return row === null ? null : updateOf(world, world.holder(row.sender), row.name);
}

export function updateOf(world: World, by: Person, name: string): Plan {
  const hash = nameConsensusHash(name, world.consensusHash());
  const payload = nameUpdatePayload({ nameConsensusHash: hash, valueHash: world.value() });
  return { why: 'update', by: [by], opcode: '+', payload, outputs: [pays(by)] };
}

export function transfer(world: World): Plan | null {
  const row = world.existing();
  if (row === null) return null;
  const by = world.holder(row.sender);
  return transferOf(world, by, row.name, world.random.chance(0.93) ? world.anybody() : by);
}

export function transferOf(world: World, by: Person, name: string, to: Person): Plan {
  const payload = nameTransferPayload({
    keepsValue: world.random.chance(0.5),
    nameHash: hash128(name),
    consensusHash: world.consensusHash(),
  });
  const flagged = world.random.chance(0.97) ? payload : Uint8Array.of(0x3f, ...payload.subarray(1));
  return { why: 'transfer', by: [by], opcode: '>', payload: flagged, outputs: [pays(to)] };
}

export function revoke(world: World): Plan | null {
  const row = world.existing();
  if (row === null) return null;
  const by = world.holder(row.sender);
  return { why: 'revoke', by: [by], opcode: '~', payload: nameRevokePayload({ name: row.name }), outputs: [pays(by)] };
}
