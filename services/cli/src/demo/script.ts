import {
  type Act,
  ignored,
  importName,
  launchNamespace,
  orderNamespace,
  type Person,
  preorder,
  register,
  rejected,
  renew,
  revealNamespace,
  revoke,
  sendTokens,
  transfer,
  update,
} from './acts.ts';

/**
 * What the demo's people do, block by block, in order, and what the rules answer. The blocks after the fork are played
 * twice: once as `RETRACTED`, and, from the same block, as `WINNING`, which is a block longer.
 */
export const BEFORE_FORK: readonly (readonly Act[])[] = [
  [
    orderNamespace('alice', 'demo'),
    rejected('ACCOUNT_UNKNOWN', orderNamespace('bob', 'demo')),
    sendTokens('alice', 'carol', 500n),
  ],
  [revealNamespace('alice', 'demo'), rejected('NOT_PREORDERED', revealNamespace('dave', 'demo'))],
  [
    importName('alice', 'bank.demo', 'dave', 'vault'),
    rejected('NOT_IMPORTER', importName('bob', 'mint.demo', 'bob', 'coins')),
    preorder('bob', 'soon.demo'),
  ],
  [
    launchNamespace('alice', 'demo'),
    rejected('NAMESPACE_NOT_REVEALED', launchNamespace('dave', 'demo')),
    rejected('PREORDER_TOO_EARLY', register('bob', 'soon.demo')),
    preorder('alice', 'alice.demo'),
    preorder('bob', 'bob.demo'),
    preorder('carol', 'carol.demo', { tokens: 1n }),
    preorder('dave', 'gold.demo', { satoshis: 600n }),
  ],
  [
    register('alice', 'alice.demo'),
    register('bob', 'bob.demo'),
    register('carol', 'carol.demo'),
    rejected('PAYMENT_TOO_SMALL', register('dave', 'gold.demo')),
    preorder('bob', 'gold.demo'),
    preorder('dave', 'dave.demo'),
  ],
  [
    register('bob', 'gold.demo'),
    register('dave', 'dave.demo'),
    update('alice', 'alice.demo', 'hello'),
    rejected('NAME_UNKNOWN', update('carol', 'bob.demo', 'mine')),
    ignored('NAME_INVALID', register('bob', 'Not a name')),
    preorder('alice', 'silver.demo'),
    preorder('carol', 'silver.demo'),
  ],
  [
    rejected('NAME_COLLISION', register('alice', 'silver.demo')),
    rejected('NAME_COLLISION', register('carol', 'silver.demo')),
    update('bob', 'gold.demo', 'for sale'),
    transfer('bob', 'gold.demo', 'carol'),
    update('carol', 'gold.demo', 'sold'),
    rejected('NOT_OWNER', transfer('bob', 'gold.demo', 'dave')),
  ],
  [
    register('carol', 'silver.demo'),
    rejected('NOT_PREORDERED', register('bob', 'iron.demo')),
    revoke('dave', 'bank.demo'),
    renew('alice', 'alice.demo'),
    preorder('alice', 'crown.demo'),
    preorder('bob', 'crown.demo'),
    preorder('carol', 'throne.demo'),
    preorder('dave', 'throne.demo'),
  ],
];

export const RETRACTED: readonly (readonly Act[])[] = [
  [register('alice', 'crown.demo'), register('dave', 'throne.demo')],
  [
    update('alice', 'crown.demo', 'long live alice'),
    rejected('NOT_PREORDERED', register('bob', 'crown.demo')),
    transfer('carol', 'gold.demo', 'alice'),
  ],
  [update('alice', 'gold.demo', 'treasury'), transfer('carol', 'silver.demo', 'bob')],
];

export const WINNING: readonly (readonly Act[])[] = [
  [register('bob', 'crown.demo'), register('carol', 'throne.demo')],
  [
    update('bob', 'crown.demo', 'long live bob'),
    rejected('NOT_PREORDERED', register('alice', 'crown.demo')),
    rejected('CONSENSUS_HASH_STALE', preorder('dave', 'sword.demo', { isOnRetracted: true })),
  ],
  [transfer('carol', 'gold.demo', 'dave'), sendTokens('carol', 'bob', 9n)],
  [update('dave', 'gold.demo', 'melted'), update('carol', 'throne.demo', 'reserved')],
];

export interface ExpectedName {
  readonly name: string;
  readonly owner: Person;
  /** What the value hash is of. */
  readonly value: string | null;
  /** Of the last operation: `:` registered, `::` renewed, `+` updated, `>>` transferred, `~` revoked. */
  readonly op: string;
  /** Blocks of the script, the first one 1. */
  readonly registered: number;
  readonly renewed: number;
}

/** The `names` table in the end, worked out by hand from the rules, in key order. */
export const EXPECTED_NAMES: readonly ExpectedName[] = [
  { name: 'alice.demo', owner: 'alice', value: 'hello', op: '::', registered: 5, renewed: 8 },
  { name: 'bank.demo', owner: 'dave', value: null, op: '~', registered: 3, renewed: 3 },
  { name: 'bob.demo', owner: 'bob', value: null, op: ':', registered: 5, renewed: 5 },
  { name: 'carol.demo', owner: 'carol', value: null, op: ':', registered: 5, renewed: 5 },
  { name: 'crown.demo', owner: 'bob', value: 'long live bob', op: '+', registered: 9, renewed: 9 },
  { name: 'dave.demo', owner: 'dave', value: null, op: ':', registered: 6, renewed: 6 },
  { name: 'gold.demo', owner: 'dave', value: 'melted', op: '+', registered: 6, renewed: 6 },
  { name: 'silver.demo', owner: 'carol', value: null, op: ':', registered: 8, renewed: 8 },
  { name: 'throne.demo', owner: 'carol', value: 'reserved', op: '+', registered: 9, renewed: 9 },
];

/** Balances in micro-Stacks: alice paid 6,400 for the namespace, carol 1 for a name. */
export const EXPECTED_BALANCES: readonly (readonly [Person, bigint])[] = [
  ['alice', 3_100_000_000n],
  ['bob', 9_000_000n],
  ['carol', 490_000_000n],
];
