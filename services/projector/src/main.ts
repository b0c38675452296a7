import { runProjector } from './service.ts';

await runProjector(process.argv.slice(2));
