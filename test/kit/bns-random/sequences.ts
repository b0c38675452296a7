/** Operations of one block that make sense only in their order: where "accepted in this block" and "in the table" part. */
import { namePreorder, register, transferOf, updateOf } from './draw-names.ts';
import { importOf, namespacePreorder, namespaceReveal, readyOf } from './draw-namespaces.ts';
import type { Plan } from './plan.ts';
import type { Secret, World } from './world.ts';

type Sequence = (world: World) => readonly (Plan | null)[];

const newest = (world: World): Secret | null => world.secrets.at(-1) ?? null;

/** The third has the hash of the first, which the second used up. */
const preorderRegisterPreorder: Sequence = (world) => {
  const first = namePreorder(world);
  return [first, register(world, newest(world)), { ...first, why: 'preorder of a used hash' }];
};

const namespacePreorderRevealPreorder: Sequence = (world) => {
  const first = namespacePreorder(world);
  return [first, namespaceReveal(world, newest(world)), { ...first, why: 'namespace preorder of a used hash' }];
};

/** A preorder of a name with the hash of a namespace; the reveal takes both; then one of either kind. */
const acrossKinds: Sequence = (world) => {
  const ordered = namespacePreorder(world);
  const secret = newest(world);
  const same = secret === null ? {} : { hash: secret.hash };
  const isOlder = world.random.chance(0.5);
  const again = world.random.chance(0.5) ? { ...ordered, why: 'across kinds' } : namePreorder(world, same);
  const older = world.secret('namespace');
  if (!isOlder || older === null) return [ordered, namePreorder(world, same), namespaceReveal(world, secret), again];
  return [
    namePreorder(world, { hash: older.hash }),
    namespaceReveal(world, older),
    namePreorder(world, { hash: older.hash }),
  ];
};

/** Imported, launched, preordered and registered. */
const importReadyPreorderRegister: Sequence = (world) => {
  const row = world.revealed()[0];
  if (row === undefined) return [];
  const launcher = world.holder(row.recipient);
  const name = `fresh.${row.namespace_id}`;
  const preorder = namePreorder(world, { id: name });
  return [
    importOf(world, launcher, name, world.anybody()),
    readyOf(launcher, row.namespace_id),
    preorder,
    register(world, newest(world)),
    register(world, newest(world)),
  ];
};

/** Two who preordered one name, at once: registrations of both, and of others that the quota of the scan is about. */
const collidingRegistrations: Sequence = (world) => {
  const byName = Map.groupBy(
    world.secrets.filter(
      ({ kind, height }) => kind === 'name' && world.height - height <= world.rules.preorderExpiryBlocks,
    ),
    ({ id }) => id,
  );
  const rivals = [...byName.values()].find((secrets) => new Set(secrets.map(({ hash }) => hash)).size > 1);
  if (rivals === undefined) return rivalPreorders(world);
  const others = world.secrets.filter(({ by }) => rivals.some((rival) => rival.by === by)).slice(-2);
  return [...rivals.slice(-3), ...others].map((secret) => register(world, secret));
};

/** One name, preordered by several, of whom one hands it to another of them. */
const rivalPreorders: Sequence = (world) => {
  const id = world.name();
  const [one, two, three] = [world.anybody(), world.anybody(), world.anybody()];
  return [
    namePreorder(world, { id, by: one, to: two }),
    namePreorder(world, { id, by: two, to: two }),
    namePreorder(world, { id, by: three, to: one }),
  ];
};

/** Somebody sends the hash that another one made, who then finds it taken. */
const stolenHash: Sequence = (world) => {
  namePreorder(world);
  const secret = newest(world);
  if (secret === null) return [];
  return [
    { ...namePreorder(world, { by: world.anybody(), hash: secret.hash }), why: 'stolen hash' },
    register(world, secret),
  ];
};

const preorderedTwice: Sequence = (world) => {
  const first = namePreorder(world);
  return [first, { ...first, why: 'preordered twice' }, register(world, newest(world)), register(world, newest(world))];
};

const revealedTwice: Sequence = (world) => {
  const first = namespacePreorder(world);
  const secret = newest(world);
  return [first, namespaceReveal(world, secret), namespaceReveal(world, secret)];
};

/** Preordered by two; both reveal, in this block, where the first in order has it, or in the next, where none has. */
const rivalReveals: Sequence = (world) => {
  const id = world.freeNamespaceId();
  const older = world.secrets
    .filter(({ kind, height }) => kind === 'namespace' && height === world.height - 1)
    .slice(-2);
  if (older.length === 2 && older[0]?.id === older[1]?.id) return older.map((secret) => namespaceReveal(world, secret));
  const [one, two] = [namespacePreorder(world, { id }), namespacePreorder(world, { id })];
  const secrets = world.secrets.slice(-2);
  return [one, two, ...(world.random.chance(0.5) ? secrets.map((secret) => namespaceReveal(world, secret)) : [])];
};

/** A new owner acts at once. */
const transferThenUpdate: Sequence = (world) => {
  const row = world.existing();
  if (row === null) return [];
  const to = world.anybody();
  const by = world.holder(row.sender);
  return [transferOf(world, by, row.name, to), updateOf(world, to, row.name), updateOf(world, by, row.name)];
};

/** As many imports to one owner as the quota takes. */
const fillByImports: Sequence = (world) => {
  const row = world.revealed()[0];
  if (row === undefined) return [];
  const to = world.anybody();
  const by = world.holder(row.recipient);
  return Array.from({ length: world.rules.namesPerOwnerMax }, (_, index) =>
    importOf(world, by, `n${index}.${row.namespace_id}`, to),
  );
};

const SEQUENCES: readonly Sequence[] = [
  preorderRegisterPreorder,
  namespacePreorderRevealPreorder,
  acrossKinds,
  importReadyPreorderRegister,
  collidingRegistrations,
  rivalPreorders,
  stolenHash,
  preorderedTwice,
  revealedTwice,
  rivalReveals,
  transferThenUpdate,
  fillByImports,
];

export function drawSequence(world: World): readonly Plan[] {
  return world.random
    .pick(SEQUENCES)(world)
    .filter((plan) => plan !== null);
}
