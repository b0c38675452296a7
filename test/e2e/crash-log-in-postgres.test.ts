import { crashContract } from './crash.contract.ts';

/** Fewer than beside Kafka: what the processes do around the log is the same code. */
const KILLS_EACH = 8;

crashContract('postgres', KILLS_EACH);
