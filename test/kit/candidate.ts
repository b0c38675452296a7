/** A process that wants to lead a topic whose log is in Postgres, and prints each state that it is in: `candidate.ts URL TOPIC MS`. */
import { openPostgresElection } from '@virtualchain/operation-log';

const [url = '', topic = '', sessionTimeoutMs = ''] = process.argv.slice(2);
const election = openPostgresElection({ url, sessionTimeoutMs: Number(sessionTimeoutMs) });
const { signal } = new AbortController();
for await (const state of election.campaign(topic, { epoch: () => 0, signal })) {
  console.log(typeof state === 'string' ? state : 'standby');
}
