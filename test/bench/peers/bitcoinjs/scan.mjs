/**
 * The peer of the row `scan`: `node scan.mjs MODULE ITERATIONS FILE…` decodes blocks by bitcoinjs-lib and finds their
 * payloads. Prints one line of JSON, as the peer in Rust does.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [module, iterations, ...files] = process.argv.slice(2);
const { Block, script } = createRequire(module)('bitcoinjs-lib');
const OP_RETURN = script.OPS.OP_RETURN;
const OP_PUSHDATA1 = script.OPS.OP_PUSHDATA1;
const OP_PUSHDATA4 = script.OPS.OP_PUSHDATA4;
const blocks = files.map((file) => readFileSync(file));

/** The last output that starts with OP_RETURN decides: it has a payload when one push, and nothing else, follows. */
function payloadOf({ outs }) {
  const deciding = outs.findLast(({ script }) => script[0] === OP_RETURN)?.script;
  return deciding === undefined || deciding.length < 2 ? null : onlyPush(deciding);
}

function onlyPush(bytes) {
  const opcode = bytes[1];
  if (opcode === 0 || opcode > OP_PUSHDATA4) return null;
  const count = opcode < OP_PUSHDATA1 ? 0 : 1 << (opcode - OP_PUSHDATA1);
  let length = count === 0 ? opcode : 0;
  for (let index = count - 1; index >= 0; index -= 1) length = length * 256 + (bytes[2 + index] ?? 0);
  const start = 2 + count;
  return start + length >= bytes.length ? bytes.subarray(start) : null;
}

function scan(found) {
  for (const bytes of blocks) {
    for (const transaction of Block.fromBuffer(bytes).transactions ?? []) {
      const payload = payloadOf(transaction);
      if (payload !== null) found(payload);
    }
  }
}

const answer = createHash('sha256');
const length = Buffer.alloc(4);
scan((payload) => {
  length.writeUInt32LE(payload.length);
  answer.update(length).update(payload);
});
let bytes = 0;
const count = (payload) => {
  bytes += payload.length;
};
scan(count); // warms up once more
const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
for (let round = 0; round < Number(iterations); round += 1) scan(count);
const { user, system } = process.cpuUsage(cpu);
const wallMs = performance.now() - startedAt;
console.log(JSON.stringify({ cpuMs: (user + system) / 1_000, wallMs, answer: answer.digest('hex'), bytes }));
