import { failpointContract } from './failpoints.contract.ts';

failpointContract('postgres', 'log');
