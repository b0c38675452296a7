import { ExpectedError } from '@virtualchain/bitcoin';

/** The demo cannot go on: the machines did not get where the node is, or there is no node to feed. */
export class DemoStuck extends ExpectedError {
  override readonly name = 'DemoStuck';
  readonly code = 'DEMO_STUCK';
  readonly remedy = 'halt';
}
