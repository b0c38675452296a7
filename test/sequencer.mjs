import Sequencer from '@jest/test-sequencer';

/** Suites that take longest, most of it waiting. Started last, one of them would keep the run waiting alone. */
const LONGEST = [
  'test/packages/packages.test.ts',
  'test/e2e/leadership.test.ts',
  'test/soak/soak.test.ts',
  'test/e2e/python-reader.test.ts',
  'test/e2e/gateway-subscribers.test.ts',
  'test/e2e/crash.test.ts',
  'test/e2e/dev.test.ts',
  'test/e2e/snapshot.test.ts',
  'test/e2e/bns.test.ts',
  'test/browser/explorer.test.ts',
  'test/simulation/simulation.test.ts',
];

/** The longest first, then the others end to end, then what else there is, each in the order that Jest would take. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const place = LONGEST.findIndex((name) => path.endsWith(`/${name}`));
      if (place !== -1) return place;
      return path.includes('/test/e2e/') ? LONGEST.length : LONGEST.length + 1;
    };
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b));
  }
}
