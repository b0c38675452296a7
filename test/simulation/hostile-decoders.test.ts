import { describe, expect, test } from '@jest/globals';
import {
  BlockMalformed,
  bytesToHex,
  classifyScript,
  height,
  nulldataPayload,
  parseBlock,
  parseMerklePath,
  parseTransaction,
  type Sats,
  scriptAddress,
  scriptTokens,
  senderScriptType,
  serializeBlock,
  serializeMerklePath,
  serializeTransaction,
  TransactionMalformed,
  verifyBlock,
  verifyMerklePath,
} from '@virtualchain/bitcoin';
import { cursorFromJson } from '@virtualchain/client';
import { isExpectedError } from '@virtualchain/kernel';
import { kvChain, parsePayload } from '@virtualchain/machine-kv';
import type { LogEntry } from '@virtualchain/operation-log';
import { decodeEvent, encodeEvent, type LogEvent, scanBlock } from '@virtualchain/protocol';
import { buildBlock, coinTransaction, dataScript, REGTEST_GENESIS, spendingTransaction } from '@virtualchain/testing';
import fc from 'fast-check';
import { connect, operationOf, placed } from '../contract/log-blocks.ts';

/** Every property runs so many cases; a failing one prints its seed and path. */
const RUNS = { numRuns: 400 };
const MAGIC = Uint8Array.of(0x6b, 0x76);

/** One event of each type. */
const LOG = '0f'.repeat(16);
const { block, operations } = connect('0') as LogEntry & { kind: 'connect' };
const placedEvents: readonly LogEvent[] = [
  { type: 'log.created' as const, network: 'regtest', chain: 'kv', magic: '6b76', firstBlock: height(101) },
  { type: 'writer.started' as const, writer: LOG },
  {
    type: 'block.connected' as const,
    ...block,
    work: `${block.work}`,
    operationCount: operations.length,
    digest: '00'.repeat(32),
  },
  operationOf('0', 0),
  { type: 'block.disconnected' as const, height: height(101), hash: block.hash, previousHash: block.previousHash },
].map((event, index) => placed(event, LOG, 1, index + 1));

/** Bytes as scripts are made of, so that opcodes and lengths meet more often than by chance. */
const scriptByte = fc.oneof(
  fc.integer({ min: 0, max: 255 }),
  fc.constantFrom(0x00, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x60, 0x6a, 0x76, 0x87, 0x88, 0xa9, 0xac, 0xae, 0xff),
  fc.integer({ min: 0, max: 8 }),
);
const anyScript = fc.oneof(
  fc.array(scriptByte, { maxLength: 40 }).map((bytes) => Uint8Array.from(bytes)),
  fc.array(scriptByte, { maxLength: 30 }).map((bytes) => Uint8Array.from([0x6a, ...bytes])),
  fc.uint8Array({ maxLength: 300 }).map((payload) => dataScript(Uint8Array.from([...MAGIC, ...payload]))),
  fc.tuple(fc.constantFrom(0x4c, 0x4d, 0x4e), fc.uint8Array({ maxLength: 8 })).map(([push, rest]) => {
    return Uint8Array.from([0x6a, push, ...rest]);
  }),
);

const anyTransaction = fc
  .record({
    version: fc.integer({ min: 0, max: 0xffffffff }),
    locktime: fc.integer({ min: 0, max: 0xffffffff }),
    inputs: fc.array(
      fc.record({
        txid: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytesToHex(bytes) as never),
        index: fc.integer({ min: 0, max: 0xffffffff }),
        script: fc.uint8Array({ maxLength: 60 }),
        sequence: fc.integer({ min: 0, max: 0xffffffff }),
        witness: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    outputs: fc.array(
      fc.record({
        value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => value as Sats),
        script: anyScript,
      }),
      { maxLength: 6 },
    ),
  })
  .map((fields) => serializeTransaction(fields));

/** A valid thing with some bytes changed, cut off or put in between. */
const damaged = (valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      valid,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
      fc.option(fc.nat()),
      fc.option(fc.uint8Array({ maxLength: 9 })),
    )
    .map(([bytes, changes, cut, more]) => {
      const copy = Uint8Array.from([...bytes, ...(more ?? [])]);
      for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value;
      return cut === null ? copy : copy.slice(0, cut % (copy.length + 1));
    });

/** The answer, or the error when it is of the kind that was promised. Anything else falls. */
function answerOf<Answer>(Kind: new (message: string) => Error, ask: () => Answer): Answer | null {
  try {
    return ask();
  } catch (error) {
    if (error instanceof Kind) return null;
    throw error;
  }
}

describe('transactions', () => {
  test('whatever the bytes: a transaction that is written as it was read, or TransactionMalformed', () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), anyTransaction, damaged(anyTransaction));
    fc.assert(
      fc.property(bytes, (input) => {
        const transaction = answerOf(TransactionMalformed, () => parseTransaction(input));
        if (transaction === null) return;
        const { inputs, outputs, isCoinbase, hasOpReturn, wtxid, txid } = transaction;
        expect(bytesToHex(serializeTransaction(transaction))).toBe(bytesToHex(input));
        expect(hasOpReturn).toBe(outputs.some(({ script }) => script[0] === 0x6a));
        expect([isCoinbase, inputs.length >= 0, wtxid.length, txid.length]).toEqual([isCoinbase, true, 64, 64]);
      }),
      RUNS,
    );
  });

  test('counts that promise more than there is are refused at once', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), fc.integer({ min: 0, max: 3 }), (count, place) => {
        const bytes = Uint8Array.from([1, 0, 0, 0, ...new Array<number>(place).fill(0), 0xff, ...count]);
        expect(answerOf(TransactionMalformed, () => parseTransaction(bytes))).toBeNull();
      }),
      RUNS,
    );
  });
});

describe('blocks', () => {
  const anyBlock = fc.array(anyTransaction, { maxLength: 4 }).map((transactions) => {
    return buildBlock({ parent: REGTEST_GENESIS, transactions }).bytes;
  });

  test('whatever the bytes: a block that is written as it was read, or BlockMalformed; and a verdict on it', () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), anyBlock, damaged(anyBlock));
    fc.assert(
      fc.property(bytes, (input) => {
        const block = answerOf(BlockMalformed, () => parseBlock(input));
        if (block === null) return;
        expect(bytesToHex(serializeBlock(block.header, block.transactions))).toBe(bytesToHex(input));
        try {
          verifyBlock(block);
        } catch (error) {
          expect(isExpectedError(error)).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

describe('scripts and payloads', () => {
  test('any script is cut into tokens and named', () => {
    fc.assert(
      fc.property(anyScript, (script) => {
        scriptTokens(script);
        classifyScript(script);
        senderScriptType(script);
        scriptAddress(script, 'mainnet');
        scriptAddress(script, 'regtest');
      }),
      RUNS,
    );
  });

  test('the payload of a transaction is what the rule of the specification says', () => {
    const outputs = fc.array(anyScript, { maxLength: 5 });
    fc.assert(
      fc.property(outputs, (scripts) => {
        const found = nulldataPayload(scripts.map((script) => ({ value: 0n as Sats, script })));
        const expected = payloadBySpecification(scripts);
        expect(found && bytesToHex(found)).toBe(expected && bytesToHex(expected));
      }),
      { numRuns: 3_000 },
    );
  });

  test('a block is scanned for exactly the payloads with the magic bytes', () => {
    const chain = kvChain({});
    fc.assert(
      fc.property(fc.array(fc.array(anyScript, { maxLength: 4 }), { maxLength: 4 }), (transactions) => {
        const coin = coinTransaction([{ value: 1n, script: Uint8Array.of(0x51) }], 'coin');
        const made = transactions.map((scripts, index) =>
          spendingTransaction({
            spends: [{ transaction: coin }],
            outputs: scripts.map((script) => ({ value: 0n, script })),
            locktime: index,
          }),
        );
        const { bytes } = buildBlock({ parent: REGTEST_GENESIS, transactions: made.map((each) => each.bytes) });
        const found = scanBlock(parseBlock(bytes), chain).map(({ transactionIndex, opcode, payload }) => {
          return `${transactionIndex} ${opcode === null ? '' : bytesToHex(Uint8Array.of(opcode))}${bytesToHex(payload)}`;
        });
        const expected = transactions.flatMap((scripts, index) => {
          const payload = payloadBySpecification(scripts);
          const hex = payload && bytesToHex(payload);
          return hex?.startsWith('6b76') ? [`${index + 1} ${hex.slice(4)}`] : [];
        });
        expect(found).toEqual(expected);
      }),
      RUNS,
    );
  });
});

describe('codecs', () => {
  test('the kv codec has an answer for every payload, and it is the one of its grammar', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.string({ unit: fc.constantFrom('a', 'z', '0', '9', ':', 'A', '-', '\0', 'é'), maxLength: 40 }).map((text) => {
        return Uint8Array.from(Buffer.from(text));
      }),
      fc
        .tuple(fc.stringMatching(/^[a-z0-9]{1,17}$/), fc.uint8Array({ minLength: 19, maxLength: 21 }))
        .map(([name, rest]) => {
          return Uint8Array.from([...Buffer.from(`${name}:`), ...rest]);
        }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(0x2b, 0x3d, 0x3e, 0x2d, 0x21), fc.nat(255)), bytes, (opcode, payload) => {
        const parsed = parsePayload(opcode, payload);
        expect(parsed.kind === 'malformed' ? null : parsed.name).toBe(nameByGrammar(opcode, payload));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('records of the log', () => {
  test('whatever the bytes: an event that is written as it was read, or a problem', () => {
    const json = fc.json({ maxDepth: 4 }).map((text) => Uint8Array.from(Buffer.from(text)));
    const event = fc.constantFrom(...placedEvents).map((each) => encodeEvent(each));
    const namesOfScripts = fc.array(fc.record({ scriptOf: fc.integer({ min: -1, max: 3 }) }, { requiredKeys: [] }), {
      maxLength: 4,
    });
    const namedScripts = fc.tuple(namesOfScripts, fc.boolean()).map(([names, isLong]) => {
      const operation = placedEvents.find((each) => each.type === 'operation');
      const [sender] = operation?.senders ?? [];
      const full = { ...sender, scriptPubKey: '51'.repeat(isLong ? 2_000 : 1) };
      const senders = names.map((each) => ({ ...full, ...each, ...('scriptOf' in each && { scriptPubKey: '' }) }));
      return Uint8Array.from(Buffer.from(JSON.stringify({ ...operation, senders })));
    });
    const changedField = fc
      .tuple(fc.constantFrom(...placedEvents), fc.nat(), fc.jsonValue())
      .map(([each, field, value]) => {
        const keys = Object.keys(each);
        const changed = { ...each, [keys[field % keys.length] as string]: value };
        return Uint8Array.from(Buffer.from(JSON.stringify(changed)));
      });
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 100 }), json, event, damaged(event), changedField, namedScripts),
        (bytes) => {
          const decoded = decodeEvent(bytes);
          if (decoded.kind === 'problem') expect(typeof decoded.problem).toBe('string');
          else expect(decodeEvent(encodeEvent(decoded.event))).toEqual(decoded);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['nesting without end', '['.repeat(200_000)],
    ['objects without end', '{"a":'.repeat(100_000)],
    ['an object named by its prototype', '{"type":"__proto__"}'],
    ['a type that every object has', '{"type":"constructor"}'],
    ['a type of another kind', '{"type":["operation"]}'],
    ['null', 'null'],
    ['nothing', ''],
    ['a byte order mark', `\ufeff${JSON.stringify(placedEvents[1])}`],
  ])('%s is a problem', (_what, text) => {
    expect(decodeEvent(Uint8Array.from(Buffer.from(text))).kind).toBe('problem');
  });

  test('a cursor that was stored by anybody is a cursor, or CursorInvalid', () => {
    fc.assert(
      fc.property(fc.anything(), (stored) => {
        try {
          cursorFromJson(stored);
        } catch (error) {
          expect((error as { code?: unknown }).code).toBe('CURSOR_INVALID');
        }
      }),
      RUNS,
    );
  });
});

describe('merkle paths', () => {
  const step = fc.record({
    order: fc.constantFrom('l' as const, 'r' as const, 'm' as const),
    hash: fc.stringMatching(/^[0-9a-f]{1,66}$/),
  });
  const path = fc.array(step, { minLength: 1, maxLength: 6 });

  test('a path is read as it was written; any other text is none; and neither proves what it should not', () => {
    fc.assert(
      fc.property(path, (steps) => expect(parseMerklePath(serializeMerklePath(steps))).toEqual(steps)),
      RUNS,
    );
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('1', '2', ':', ',', 'l', 'r', 'm', '-', 'a', '0') }),
      fc.tuple(path, fc.nat(), fc.string({ maxLength: 2 })).map(([steps, at, more]) => {
        const written = serializeMerklePath(steps);
        return written.slice(0, at % written.length) + more + written.slice((at % written.length) + 1);
      }),
    );
    fc.assert(
      fc.property(text, (written) => {
        const read = parseMerklePath(written);
        if (read === null) return;
        const root = 'f0'.repeat(32);
        expect(verifyMerklePath('0f'.repeat(32), read, root)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});

/**
 * Spec §2, word for word: all outputs in order; nulldata when the first token is OP_RETURN; fewer than two tokens clears;
 * exactly two of which the second is a data push sets; anything else clears; the last such output wins.
 */
function payloadBySpecification(scripts: readonly Uint8Array[]): Uint8Array | null {
  let payload: Uint8Array | null = null;
  for (const script of scripts) {
    const tokens = tokensBySpecification(script);
    if (tokens[0] !== 106) continue;
    const [, second] = tokens;
    payload = tokens.length === 2 && second instanceof Uint8Array ? second : null;
  }
  return payload;
}

/** Spec §7: null for OP_0, bytes for pushes (cut short silently), the opcode otherwise. */
function tokensBySpecification(script: Uint8Array): (number | null | Uint8Array)[] {
  const tokens: (number | null | Uint8Array)[] = [];
  let rest = Array.from(script);
  while (rest.length > 0) {
    const [opcode = 0, ...after] = rest;
    rest = after;
    if (opcode === 0) tokens.push(null);
    else if (opcode > 78) tokens.push(opcode);
    else {
      let length = opcode;
      if (opcode > 75) {
        const width = { 76: 1, 77: 2, 78: 4 }[opcode] as number;
        length = rest.slice(0, width).reduce((sum, byte, at) => sum + byte * 256 ** at, 0);
        rest = rest.slice(width);
      }
      tokens.push(Uint8Array.from(rest.slice(0, length)));
      rest = rest.slice(length);
    }
  }
  return tokens;
}

/** `name [":" rest]`: what each operation wants of the rest. */
function nameByGrammar(opcode: number, payload: Uint8Array): string | null {
  const text = Buffer.from(payload).toString('latin1');
  const [, name, colon, rest = ''] = /^([a-z0-9]{1,16})(:([\s\S]*))?$/.exec(text) ?? [];
  if (name === undefined) return null;
  switch (String.fromCharCode(opcode)) {
    case '+':
    case '-':
    case '!':
      return colon === undefined ? name : null;
    case '=':
      return colon === undefined ? null : name;
    case '>':
      return colon !== undefined && rest.length === 20 ? name : null;
    default:
      return null;
  }
}
