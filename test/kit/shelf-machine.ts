import { type Height, hexToBytes } from '@virtualchain/bitcoin';
import {
  accepted,
  bigint,
  boolean,
  bytes,
  canonicalKey,
  collection,
  consensusHash,
  defineStateMachine,
  ignored,
  integer,
  LegacyFloat,
  legacyFloat,
  list,
  type MachineDefinition,
  nullable,
  numeric,
  type RowOf,
  rejected,
  type State,
  text,
  type Verdict,
} from '@virtualchain/machine';

const collections = {
  items: collection({
    columns: {
      box: integer(),
      label: text(),
      weight: bigint(),
      worth: nullable(numeric()),
      tag: nullable(bytes()),
      ratio: nullable(legacyFloat()),
      fragile: nullable(boolean()),
      parts: nullable(list(nullable(text()))),
      sums: list(list(numeric())),
    },
    key: ['box', 'label'],
    indexes: { tag: ['tag', 'worth'], worth: ['worth'], weight: ['fragile', 'weight'], box: ['box'] },
  }),
  /** What queries answered when an operation asked: a wrong answer is a wrong row. */
  answers: collection({ columns: { question: bytes(), answer: text() }, key: ['question'] }),
};

type Collections = typeof collections;
type Item = RowOf<Collections['items']>;
type Op = { readonly question: Uint8Array; readonly at: (place: number) => number };

// Values whose order, spelling or size is easy to get wrong.
const LABELS = ['', 'a', 'a\u0001', 'ab', 'Z', 'é', '\uffff', '\u{10000}', 'o\'hara \\ "x" {,}', 'null'];
const WEIGHTS = [0n, -1n, 9n, 10n, -10n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const WORTHS = [null, 0n, 5n, -5n, 10n ** 40n, -(10n ** 40n), 10n ** 39n];
const TAGS = [null, [], [0], [0, 0], [0, 255], [1], [255]].map((tag) => (tag === null ? null : Uint8Array.from(tag)));
const RATIOS = [null, 0, -0, 0.1, 5e-324, 1.7976931348623157e308, Number.POSITIVE_INFINITY, Number.NaN];
const PARTS = [null, [], ['a', null, ''], ['{"a":1}', 'é\u{10000}']];
const FRAGILE = [null, false, true];

const pick = <Value>(values: readonly Value[], place: number): Value => values[place % values.length] as Value;

/**
 * A machine that has every kind of column, nulls among them, genesis rows, and asks every kind of question. What an
 * operation does follows from the bytes of its payload, so that random bytes walk through all of it.
 */
const shelfMachine: MachineDefinition = (_parameters, chain) =>
  defineStateMachine<Op, Collections, number>({
    name: 'shelf',
    version: 1,
    firstBlock: chain.firstBlock,
    initialSnapshots: new Map([[(chain.firstBlock - 1) as Height, consensusHash('00'.repeat(16))]]),
    consensusWindow: 3,
    collections,
    hashedFields: { 1: ['answer'] },
    genesis: async ({ items }) => {
      await items.put(itemOf(1, 2, () => 1));
      await items.put(itemOf(2, 5, () => 0));
    },
    parse: ({ payload }) => {
      const question = hexToBytes(payload);
      if (question.length === 0) return ignored('EMPTY', 'nothing is asked');
      return { question, at: (place) => question[place % question.length] as number };
    },
    prefetch: ({ at }) => ({ items: [{ box: at(1) % 3, label: pick(LABELS, at(2)) }] }),
    openBlock: async ({ height }, operations, { items }) => {
      if (height % 4 === 0) await items.delete({ box: 1, label: 'a\u0001' });
      return operations.length + (await items.count('box', {}));
    },
    decide: (op, { scan, window, snapshots, block }, state) =>
      decide(op, state, async () => {
        const before = await snapshots.at((block.height - 2) as Height);
        return [scan, before, before !== null && window.has(before), await snapshots.heightOf(before ?? '')];
      }),
    closeBlock: async ({ height }, { items }) => {
      const count = await items.count('box', { box: 0 });
      return height % 3 === 0 ? [{ opcode: 1, fields: { answer: `${count}` } }] : [];
    },
  });

function itemOf(box: number, label: number, at: Op['at']): Item {
  const ratio = pick(RATIOS, at(6));
  return {
    box: box % 3,
    label: pick(LABELS, label),
    weight: pick(WEIGHTS, at(3)),
    worth: pick(WORTHS, at(4)),
    tag: pick(TAGS, at(5)),
    ratio: ratio === null ? null : new LegacyFloat(ratio),
    fragile: pick(FRAGILE, at(7)),
    parts: pick(PARTS, at(8)),
    sums: [[pick(WEIGHTS, at(4))], [], [10n ** 30n]].slice(0, at(5) % 4),
  };
}

async function decide(
  { question, at }: Op,
  state: State<Collections>,
  context: () => Promise<unknown>,
): Promise<Verdict> {
  const { items, answers } = state;
  const answer = async (found: unknown): Promise<Verdict> => {
    const text = JSON.stringify(found);
    await answers.put({ question: question.subarray(0, 2), answer: text });
    return accepted({ opcode: 1, fields: { answer: new TextEncoder().encode(text) } });
  };
  const key = { box: at(1) % 3, label: pick(LABELS, at(2)) };
  switch (at(0) % 10) {
    case 0:
    case 1:
    case 2:
      await items.put(itemOf(at(1), at(2), at));
      return accepted();
    case 3:
      await items.delete(key);
      return accepted();
    case 4:
      await items.put(itemOf(at(1), at(2), at));
      await items.delete({ box: at(3) % 3, label: pick(LABELS, at(4)) });
      return rejected('UNWANTED', `asked ${await items.count('box', {})} times`);
    case 5: {
      const after = (await items.get(key)) ?? undefined;
      const options = { limit: 1 + (at(3) % 5), ...(after === undefined ? {} : { after }) };
      return answer(await keysOf(items.by(pick(['worth', 'box'] as const, at(4)), {}, options)));
    }
    case 6:
      return answer(await keysOf(items.by('tag', { tag: pick(TAGS, at(1)) })));
    case 7:
      return answer([
        await items.count('tag', { tag: pick(TAGS, at(1)), worth: pick(WORTHS, at(2)) }),
        await keysOf(items.by('weight', { fragile: pick(FRAGILE, at(3)) }, { limit: 3 })),
      ]);
    case 8: {
      const moved: Item[] = [];
      for await (const item of items.by('box', { box: at(1) % 3 })) {
        moved.push(item);
        if (at(2) % 2 === 0) await items.delete(item);
        else await items.put({ ...item, box: (item.box + 1) % 3, fragile: null });
      }
      return answer(moved.map((item) => canonicalKey(collections.items, item)));
    }
    default:
      return answer(await context());
  }
}

async function keysOf(items: AsyncIterable<Item>): Promise<unknown[]> {
  const keys = [];
  for await (const item of items) keys.push(canonicalKey(collections.items, item));
  return keys;
}

export default shelfMachine;
