import { createHash } from 'node:crypto';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { simulate } from './simulate.ts';
usePlatformSha256((bytes) => createHash('sha256').update(bytes).digest());
const [a, b] = (process.argv[2] ?? '1').split('..').map(Number) as [number, number];
for (let seed = a; seed <= (b ?? a); seed++) {
  const t = performance.now();
  const r = await simulate({ seed, ...(process.argv[3] === '--trace' ? { trace: (l: string) => console.log(l) } : {}) });
  console.log(seed, Math.round(performance.now() - t), 'ms', r.traceHash, JSON.stringify(r.counts));
  for (const v of r.violations.slice(0, 5)) console.log('   ', v.invariant, v.where, v.what);
}
