import { hexToBytes, p2pkhScript, p2shScript } from '@virtualchain/bitcoin';
import {
  nameImportPayload,
  namespacePreorderPayload,
  namespacePrice,
  namespaceReadyPayload,
  namespaceRevealPayload,
  preorderHash,
} from '@virtualchain/machine-bns';
import { BURN, EVERYBODY, type Person, TRADERS } from './people.ts';
import { dust, type Plan, pays } from './plan.ts';
import type { Secret, World } from './world.ts';

/** What a price is paid with, mostly enough; the exact price and one less are drawn too. */
export function aroundPrice({ random }: World, price: bigint): bigint {
  const paid = random.pick([price, price, price, price + 1n, price * 2n, price - 1n, 0n]);
  return paid < 0n ? 0n : paid;
}

export function namespacePreorder(world: World, wanted: Partial<Pick<Secret, 'id'>> = {}): Plan {
  const { random, epoch } = world;
  const { id = world.freeNamespaceId() } = wanted;
  const by = world.anybody();
  // Who imports into an id is settled for good by its first import, so that the launcher of before is wanted again.
  const previous = world.namespace(id);
  const isSame = previous !== null && random.chance(0.6);
  const to = isSame ? world.addressee(previous.recipient_address) : random.pick(TRADERS);
  const price = namespacePrice(id, epoch);
  const paid = aroundPrice(world, price?.amount ?? 0n);
  const hash = preorderHash(id, by.scriptHex, to.address);
  world.secrets.push({ kind: 'namespace', id, by, to, hash, height: world.height });
  // An expired namespace is only had with the satoshis of before, so that is what most pay.
  const before = previous?.op_fee ?? dust;
  const satoshis = price?.unit === 'BTC' ? paid : random.chance(0.8) ? before : dust + 1n;
  return {
    why: 'namespace preorder',
    by: [by],
    opcode: '*',
    payload: namespacePreorderPayload({
      preorderHash: hash,
      consensusHash: world.consensusHash(),
      tokens: epoch.hasTokens ? paid : null,
    }),
    outputs: [pays(by), pays(random.chance(0.96) ? BURN : to, satoshis)],
  };
}

export function namespaceReveal(world: World, secret = world.secret('namespace')): Plan | null {
  if (secret === null) return null;
  const { random, epoch } = world;
  const { id, by, to } = secret;
  const isUnchanged = random.chance(0.93);
  const isAgain = world.namespace(id) !== null && random.chance(0.5);
  const allowed = isAgain ? epoch.namespaceVersionMax : Math.min(random.pick([1, 2, 2, 3]), epoch.namespaceVersionMax);
  const version = random.chance(0.95) ? allowed : random.between(1, 3);
  return {
    why: 'reveal',
    by: [isUnchanged ? by : world.anybody()],
    opcode: '&',
    payload: namespaceRevealPayload({
      lifetime: random.pick([1, 3, 6, 10, 20, 0xffff_ffff]),
      coeff: random.pick([0, 1, 4, 250]),
      base: random.pick([0, 1, 2, 4]),
      buckets: Array.from({ length: 16 }, () => random.between(0, 15)),
      nonAlphaDiscount: random.chance(0.03) ? 0 : random.between(1, 15),
      noVowelDiscount: random.between(1, 15),
      version,
      namespaceId: id,
    }),
    outputs: [pays(to), pays(by)],
  };
}

export function namespaceReady(world: World): Plan | null {
  const { random } = world;
  const from = world.revealed().length > 0 && random.chance(0.95) ? world.revealed() : world.namespaces;
  if (from.length === 0) return null;
  const { namespace_id, recipient } = random.pick(from);
  return readyOf(world.holder(recipient), namespace_id);
}

export function readyOf(by: Person, namespaceId: string): Plan {
  return { why: 'ready', by: [by], opcode: '!', payload: namespaceReadyPayload({ namespaceId }), outputs: [pays(by)] };
}

/** By the launcher, mostly, or by somebody with a derived key. */
export function nameImport(world: World): Plan | null {
  const { random } = world;
  const revealed = world.revealed();
  const ending = revealed.find(({ reveal_block }) => world.height === reveal_block + world.rules.revealWindowBlocks);
  const reopened = revealed.filter((row) =>
    world.names.some((name) => name.namespace_id === row.namespace_id && name.last_renewed < row.reveal_block),
  );
  const from = random.chance(0.05) ? world.namespaces : reopened.length > 0 ? reopened : revealed;
  const row = ending ?? (from.length === 0 ? null : random.pick(from));
  if (row === null) return null;
  const launcher = world.holder(row.recipient);
  const children = EVERYBODY.filter(({ name }) => name.startsWith(`${launcher.name}/`));
  const by = children.length > 0 && random.chance(0.4) ? random.pick(children) : launcher;
  const imported = world.names.filter(({ namespace_id }) => namespace_id === row.namespace_id);
  const ofBefore = imported.filter(({ last_renewed }) => last_renewed < row.reveal_block);
  const old = ofBefore.length > 0 && random.chance(0.7) ? ofBefore : imported;
  const again = old.length > 0 && random.chance(old === ofBefore ? 0.9 : 0.5) ? random.pick(old).name : null;
  return importOf(world, by, again ?? `${random.pick(['a', 'im', 'b-2'])}.${row.namespace_id}`, world.anybody());
}

export function importOf(world: World, by: Person, name: string, to: Person): Plan {
  const hash = hexToBytes(world.value());
  const value = { script: world.random.chance(0.8) ? p2pkhScript(hash) : p2shScript(hash), value: dust };
  return { why: 'import', by: [by], opcode: ';', payload: nameImportPayload({ name }), outputs: [pays(to), value] };
}
