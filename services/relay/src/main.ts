import { runRelay } from './service.ts';

await runRelay(process.argv.slice(2));
