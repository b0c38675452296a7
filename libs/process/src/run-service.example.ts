/** A service that behaves as it is told on its command line. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExpectedError } from '@virtualchain/kernel';
import { createLogger } from './logger.ts';
import { runService } from './run-service.ts';
import { rememberSecret } from './settings/secrets.ts';

class ParentUnknown extends ExpectedError {
  override readonly name = 'ParentUnknown';
  readonly code = 'PARENT_UNKNOWN';
  readonly remedy = 'rewind';
}

const [way] = process.argv.slice(2);
const logger = createLogger({ name: 'example', version: '0' });
const stopTimeoutMs = way === 'slow' ? 10_000 : 300;

await runService(
  async (signal) => {
    logger.info('started');
    switch (way) {
      case 'done':
        return;
      case 'expected':
        throw new ParentUnknown('no parent');
      case 'bug':
        throw new TypeError('x is not a function');
      case 'rejection':
        void Promise.reject(new Error('nobody listens'));
        return sleep(5_000);
      case 'leaking':
        rememberSecret('swordfish-42');
        logger.info({ report: process.report.getReport() }, 'a report of the process');
        throw Object.assign(new Error('refused swordfish-42', { cause: new Error('u:swordfish-42@h') }), {
          sent: ['swordfish-42'],
        });
      case 'aborting':
        return sleep(60_000, undefined, { signal });
      case 'obedient':
        await once(signal, 'abort');
        return;
      default:
        return sleep(60_000);
    }
  },
  { logger, stopTimeoutMs },
);
