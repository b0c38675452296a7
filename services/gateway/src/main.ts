import { runGateway } from './service.ts';

await runGateway(process.argv.slice(2));
