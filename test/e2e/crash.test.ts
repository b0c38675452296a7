import { crashContract } from './crash.contract.ts';

crashContract('kafka', 20);
