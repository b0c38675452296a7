/**
 * `npm run bitcoind`: gets a real bitcoind from Debian into the cache and prints its path, for `VCHAIN_BITCOIND`. Does
 * nothing when it is there already; safe to run several times at once. Exit code 1 where it cannot be had.
 */
import { isExpectedError } from '@virtualchain/kernel';
import { debianBitcoind } from '../src/node/debian-bitcoind.ts';

try {
  console.log(await debianBitcoind(process.env, (line) => console.error(line)));
} catch (error) {
  if (!isExpectedError(error)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
