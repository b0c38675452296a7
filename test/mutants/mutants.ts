import { BNS_MUTANTS } from './bns-mutants.ts';
import type { Mutant } from './mutant.ts';

const LOG = ['test/contract/operation-log.memory.test.ts'];
const MEMORY = ['test/contract/projection.memory.test.ts'];
const POSTGRES = ['test/contract/projection.postgres.test.ts'];

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'sequence-check',
    file: 'libs/operation-log/src/block-assembler.ts',
    edits: [['if (event.sequence > this.#sequence + 1) {', 'if (false) {']],
    tests: LOG,
  },
  {
    name: 'repeated-sequence',
    file: 'libs/operation-log/src/block-assembler.ts',
    edits: [['if (event.sequence <= this.#sequence) return this.#absorb(event, offset);', '']],
    tests: LOG,
  },
  {
    name: 'epoch-rule',
    file: 'libs/operation-log/src/block-assembler.ts',
    edits: [['if (event.epoch < this.#epoch) return null;', '']],
    tests: LOG,
  },
  {
    name: 'epoch-rule-backwards',
    file: 'libs/operation-log/src/backward.ts',
    edits: [['while (top !== undefined && top !== handedOn && outranks(mark, top)) {', 'while (false) {']],
    tests: LOG,
  },
  {
    name: 'log-id-of-a-record',
    file: 'libs/operation-log/src/block-assembler.ts',
    edits: [['if (this.#log !== null && event.log !== this.#log) {', 'if (false) {']],
    tests: LOG,
  },
  {
    name: 'log-id-of-a-cursor',
    file: 'libs/operation-log/src/reader.ts',
    edits: [['if (identity?.log !== cursor.log) {', 'if (false) {']],
    tests: LOG,
  },
  {
    name: 'digest',
    file: 'libs/operation-log/src/block-assembler.ts',
    edits: [['if (this.#digest.taken() !== event.digest) throw', 'if (false) throw']],
    tests: LOG,
  },
  {
    name: 'fence-before-tail',
    file: 'libs/operation-log/src/writer.ts',
    edits: [
      ["writerPoints.pass('before-fence');", "const early = await readTail(broker, topic, 'found-out');"],
      ['openEpoch({ broker, identity, clockAndIds }', 'openEpoch({ broker, identity, clockAndIds, early }'],
      [
        'async function openEpoch(\n  { broker, identity, clockAndIds }',
        'async function openEpoch(\n  { broker, identity, clockAndIds, early }',
      ],
      ["const found = await readTail(broker, topic, 'found-out');", 'const found = early;'],
    ],
    tests: LOG,
  },
  {
    name: 'newest-epoch-found-out',
    file: 'libs/operation-log/src/writer.ts',
    edits: [["readTail(broker, topic, 'found-out')", "readTail(broker, topic, 'presumed')"]],
    tests: LOG,
  },
  {
    name: 'sure-of-an-epoch',
    file: 'libs/operation-log/src/backward.ts',
    edits: [['marks.length : opened + 1', 'marks.length : marks.length']],
    tests: LOG,
  },
  {
    name: 'newer-epoch-than-its-own',
    file: 'libs/operation-log/src/backward.ts',
    edits: [["if (typeof newest === 'number' && mark.epoch > newest) throw", 'if (false) throw']],
    tests: LOG,
  },
  {
    name: 'lost-tail',
    file: 'libs/operation-log/src/errors.ts',
    edits: [['if (landed <= above) throw', 'if (false) throw']],
    tests: LOG,
  },
  {
    name: 'lost-tail-while-opening',
    file: 'libs/operation-log/src/writer.ts',
    edits: [['fenced.reached = (await broker.offsets(topic)).stable - 1n;', '']],
    tests: LOG,
  },
  {
    name: 'tail-lost-after-a-commit',
    file: 'libs/operation-log/src/writer.ts',
    edits: [['if (standing?.sequence === sequence) return standing.block;', 'return standing?.block ?? null;']],
    tests: LOG,
  },
  {
    name: 'merkle-root',
    file: 'libs/bitcoin/src/block/verify-block.ts',
    edits: [['if (root !== header.merkleRoot)', 'if (false)']],
    tests: ['libs/bitcoin/src/block/verify-block.test.ts'],
  },
  {
    name: 'merkle-malleability',
    file: 'libs/bitcoin/src/block/verify-block.ts',
    edits: [['if (block.tree.isMalleable)', 'if (false)']],
    tests: ['libs/bitcoin/src/block/verify-block.test.ts'],
  },
  {
    name: 'compare-and-set-on-memory',
    file: 'libs/projection/src/advance/memory-projection.ts',
    edits: [['if (store.checkpoint !== from) throw', 'if (false) throw']],
    tests: MEMORY,
  },
  {
    name: 'compare-and-set',
    file: 'libs/projection/src/build/checkpoint.ts',
    edits: [['const stands = standsAt(from);', 'const stands = sql`true`;']],
    tests: POSTGRES,
  },
  {
    name: 'compare-and-set-of-the-sequence',
    file: 'libs/projection/src/build/checkpoint.ts',
    edits: [['return sql`sequence = ', 'return sql`true or sequence = ']],
    tests: POSTGRES,
  },
  {
    name: 'fault-of-yesterday',
    file: 'libs/projection/src/build/checkpoint.ts',
    edits: [
      [
        'if (numUpdatedRows !== 1n) throw new CheckpointMoved(build.schema, from?.cursor',
        'if (false) throw new CheckpointMoved(build.schema, from?.cursor',
      ],
    ],
    tests: POSTGRES,
  },
  {
    name: 'overlay-drop-after-a-failed-commit',
    file: 'libs/projection/src/advance/postgres-projection.ts',
    edits: [['    this.#standing = null;\n    const batch = await', '    const batch = await']],
    tests: POSTGRES,
  },
  {
    name: 'cache-drop-after-a-disconnect',
    file: 'libs/projection/src/advance/batch.ts',
    edits: [['    rows.clear();\n    this.#known = { ...nothingKnown(this.#build), rows };\n', '']],
    tests: POSTGRES,
  },
  {
    name: 'cache-remembers-which-keys-had-a-row',
    file: 'libs/projection/src/advance/row-cache.ts',
    edits: [['    if (row !== null) this.#keys.get(collection)?.add(key);\n', '']],
    tests: POSTGRES,
  },
  {
    name: 'rollback-of-one-collection',
    file: 'libs/projection/src/advance/roll-back.ts',
    edits: [['for (const history of historiesOf(build)) {', 'for (const history of historiesOf(build).slice(0, 1)) {']],
    tests: POSTGRES,
  },
  {
    name: 'rollback-of-begun-rows',
    file: 'libs/projection/src/build/collection-history.ts',
    edits: [['} where valid_from > ', '} where false and valid_from > ']],
    tests: POSTGRES,
  },
  {
    name: 'reopening-of-ended-rows',
    file: 'libs/projection/src/build/collection-history.ts',
    edits: [[' set valid_to = null where valid_to > ', ' set valid_to = null where false and valid_to > ']],
    tests: POSTGRES,
  },
  ...BNS_MUTANTS,
];
