/** Starts a node and Postgres, says where they are, and waits to be killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startRealParts } from './index.ts';

await using parts = await startRealParts({ need: ['node', 'postgres'] });
const addresses = [parts.node.url, parts.postgres.url].map((url) => new URL(url).host);
console.log(JSON.stringify({ runDirectory: parts.runDirectory, addresses }));
await sleep(600_000);
