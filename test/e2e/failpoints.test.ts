import { failpointContract } from './failpoints.contract.ts';

failpointContract('kafka', 'all');
