import type { PlannedOutput } from '@virtualchain/testing';
import { dataScript } from '@virtualchain/testing';
import { UNSUPPORTED } from './people.ts';
import { type Plan, pays } from './plan.ts';
import type { World } from './world.ts';

const UNSUPPORTED_OUTPUT = pays(UNSUPPORTED);
const DATA_OUTPUT: PlannedOutput = { script: dataScript(new Uint8Array(3)), value: 0n };

/** A transaction that is nearly right: a byte or an output too many or too few, another byte, another kind of script. */
export function spoiled(world: World, plan: Plan): Plan {
  const { random } = world;
  const { payload, outputs } = plan;
  const at = random.between(0, Math.max(0, payload.length - 1));
  const spoil: readonly (() => Partial<Plan>)[] = [
    () => ({ payload: payload.subarray(0, at) }),
    () => ({ payload: Uint8Array.of(...payload, random.between(0, 255)) }),
    () => ({ payload: Uint8Array.of(...payload.subarray(0, at), random.between(0, 255), ...payload.subarray(at + 1)) }),
    () => ({ payload: payload.map((byte) => (byte === 1 || byte === 0x11 ? 0 : byte)) }),
    () => ({ payload: Uint8Array.of(...payload.subarray(0, 37).map((byte) => byte || 0x0a), ...payload.subarray(37)) }),
    () => ({ outputs: outputs.slice(0, -1) }),
    () => ({ outputs: outputs.slice(0, 0) }),
    () => ({ outputs: [...outputs, ...outputs.slice(0, 1), ...outputs.slice(0, 1)] }),
    () => ({ outputs: outputs.map((each, index) => (index === 0 ? UNSUPPORTED_OUTPUT : each)) }),
    () => ({ outputs: outputs.map((each, index) => (index === 0 ? DATA_OUTPUT : each)) }),
    () => ({ by: [...plan.by, UNSUPPORTED] }),
    () => ({ by: [world.anybody(), ...plan.by] }),
    () => ({ opcode: random.pick(['', 'x', '?', ':', '!']) }),
    () => ({ opcode: '', payload: new Uint8Array(0) }),
    () => ({ payload: Uint8Array.of(random.between(0, 255), ...payload.subarray(1)) }),
    () => ({ payload: Uint8Array.of(...payload.subarray(0, -1), 0x41) }),
    () => ({ payload: unitSpoiled(payload) }),
  ];
  return { ...plan, ...random.pick(spoil)(), why: `spoiled ${plan.why}` };
}

/** The 19 bytes of a unit stand behind 44 bytes of a preorder and behind 16 of a token transfer. */
function unitSpoiled(payload: Uint8Array): Uint8Array {
  const at = payload.length === 63 ? 44 : 16;
  return payload.map((byte, index) => (index === at ? 0xe9 : byte));
}
