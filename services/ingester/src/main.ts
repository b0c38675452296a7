import { runIngester } from './service.ts';

await runIngester(process.argv.slice(2));
