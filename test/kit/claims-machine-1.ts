/** The rules of the kv machine under a name that is not built in, as its first version. */
import type { MachineDefinition } from '@virtualchain/machine';
import { kvMachine } from '@virtualchain/machine-kv';

const claims: MachineDefinition = (parameters, chain) => ({ ...kvMachine(parameters, chain), name: 'claims' });

export default claims;
