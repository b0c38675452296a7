import type { AnyStateMachine } from '@virtualchain/machine';
import { activityMachine } from '@virtualchain/machine-activity';
import { kvMachine } from '@virtualchain/machine-kv';
import { MemoryStore } from '@virtualchain/projection';
import type { VirtualChain } from '@virtualchain/protocol';

/** The machines of one run, each with what the database holds of it. */
export interface Machines {
  readonly kv: AnyStateMachine;
  readonly activity: AnyStateMachine;
  /** By the name of the projection. `poisoned` is there in some runs: `activity`, with an operation that it throws at. */
  readonly stores: Readonly<Record<string, MemoryStore>>;
  /** Whether the poisonous operation still makes its machine throw. */
  readonly poison: { isOn: boolean };
}

export async function openMachines(chain: VirtualChain, hasPoison: boolean): Promise<Machines> {
  const [kv, activity] = [kvMachine({}, chain), activityMachine({}, chain)];
  const poison = { isOn: hasPoison };
  const stores: Record<string, MemoryStore> = {
    kv: await MemoryStore.open(kv),
    activity: await MemoryStore.open(activity),
  };
  if (hasPoison) stores['poisoned'] = await MemoryStore.open(poisonedBy(activity, poison));
  return { kv, activity, stores, poison };
}

/** The same machine, but a `lock` operation makes it throw while the poison is on. */
function poisonedBy(machine: AnyStateMachine, poison: { readonly isOn: boolean }): AnyStateMachine {
  const decide: AnyStateMachine['decide'] = (op, context, state) => {
    if (poison.isOn && (op as { readonly opcode: Uint8Array }).opcode[0] === 0x21) throw new TypeError('poison');
    return machine.decide(op, context, state);
  };
  return { ...machine, name: 'poisoned', decide };
}
