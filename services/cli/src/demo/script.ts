/**
 * What the demo's people do, block by block, in order: `who operation`. Text after `=` and `>` is a value, or a person
 * whose hash160 is the recipient. The blocks after the fork are played twice: once as `retracted`, and, from the same
 * block, as `winning`, which is a block longer.
 */
export const PEOPLE = ['alice', 'bob', 'carol', 'dave'] as const;

export type Person = (typeof PEOPLE)[number];

export const BEFORE_FORK: readonly (readonly string[])[] = [
  ['alice +alice', 'bob +bob', 'carol +carol', 'dave +dave', 'alice +gold', 'bob +silver'],
  ['alice =alice:hello', 'bob =bob:satoshi', 'carol +gold', 'dave =gold:mine', 'carol =nobody:x'],
  [
    'alice >gold:bob',
    'bob =gold:from bob',
    'alice =gold:still mine',
    'carol !carol',
    'carol =carol:late',
    'dave =dave:one',
  ],
  [
    'dave +bronze',
    'dave =bronze:1',
    'dave =bronze:2',
    'bob >silver:carol',
    'alice +silver',
    'carol -carol',
    'bob +carol',
  ],
  ['carol =silver:shiny', 'bob =carol:reborn', 'alice -gold', 'dave !bronze', 'dave =bronze:3', 'alice +iron'],
  ['alice =iron:raw', 'bob +tin', 'carol +lead', 'dave +zinc', 'alice +Not a name'],
];

export const RETRACTED: readonly (readonly string[])[] = [
  ['alice +crown', 'bob =tin:old', 'carol =lead:old'],
  ['dave +throne', 'alice =crown:main'],
  ['bob +sword', 'carol >lead:dave'],
];

export const WINNING: readonly (readonly string[])[] = [
  ['bob +crown', 'bob =tin:new', 'carol -lead'],
  ['carol +throne', 'bob =crown:fork', 'alice +crown'],
  ['dave +sword', 'dave =zinc:fork'],
  ['carol =throne:fork', 'alice +lead'],
];

export interface ExpectedRow {
  readonly name: string;
  readonly owner: Person;
  readonly value: string | null;
  readonly revision: number;
  readonly locked: boolean;
}

/** The `names` table in the end, worked out by hand from the rules, in key order. */
export const EXPECTED: readonly ExpectedRow[] = [
  { name: 'alice', owner: 'alice', value: 'hello', revision: 1, locked: false },
  { name: 'bob', owner: 'bob', value: 'satoshi', revision: 1, locked: false },
  { name: 'bronze', owner: 'dave', value: '2', revision: 2, locked: true },
  { name: 'carol', owner: 'bob', value: 'reborn', revision: 1, locked: false },
  { name: 'crown', owner: 'bob', value: 'fork', revision: 1, locked: false },
  { name: 'dave', owner: 'dave', value: 'one', revision: 1, locked: false },
  { name: 'gold', owner: 'bob', value: 'from bob', revision: 2, locked: false },
  { name: 'iron', owner: 'alice', value: 'raw', revision: 1, locked: false },
  { name: 'lead', owner: 'alice', value: null, revision: 0, locked: false },
  { name: 'silver', owner: 'carol', value: 'shiny', revision: 2, locked: false },
  { name: 'sword', owner: 'dave', value: null, revision: 0, locked: false },
  { name: 'throne', owner: 'carol', value: 'fork', revision: 1, locked: false },
  { name: 'tin', owner: 'bob', value: 'new', revision: 1, locked: false },
  { name: 'zinc', owner: 'dave', value: 'fork', revision: 1, locked: false },
];
