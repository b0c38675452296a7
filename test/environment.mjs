import { TestEnvironment } from 'jest-environment-node';

/** A machine that is five times slower, or busy with other work, must pass too. */
const slowness = 5;
const limitMsMin = 300_000;

/**
 * Node's environment, with the limits of tests and hooks widened: they are there for what hangs, not for what is slow. A
 * suite states what it takes on a quiet machine.
 */
export default class PatientEnvironment extends TestEnvironment {
  #widened = new WeakSet(); // a hook is started once for every test

  handleTestEvent(event, state) {
    const limited = event.name === 'test_start' ? event.test : event.name === 'hook_start' ? event.hook : undefined;
    if (limited === undefined || this.#widened.has(limited)) return;
    this.#widened.add(limited);
    limited.timeout = Math.max(limitMsMin, slowness * (limited.timeout ?? state.testTimeout));
  }
}
