/** The version that follows `claims-machine-1.ts`. */
import type { MachineDefinition } from '@virtualchain/machine';
import kvCandidate from './kv-candidate.ts';

const claims: MachineDefinition = (parameters, chain) => ({ ...kvCandidate(parameters, chain), name: 'claims' });

export default claims;
