import { ExpectedError } from '@virtualchain/kernel';

/** The demo cannot begin: on this node, to which nothing was sent, or where what starts its parts is not installed. */
export class DemoRefused extends ExpectedError {
  override readonly name = 'DemoRefused';
  readonly code = 'DEMO_REFUSED';
  readonly remedy = 'halt';
}

/** The demo cannot go on: the machines did not get where the node is. */
export class DemoStuck extends ExpectedError {
  override readonly name = 'DemoStuck';
  readonly code = 'DEMO_STUCK';
  readonly remedy = 'halt';
}
