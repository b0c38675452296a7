import { ExpectedError } from '@virtualchain/kernel';

/** A `vchain dev` runs in this folder already. */
export class DevRunning extends ExpectedError {
  override readonly name = 'DevRunning';
  readonly code = 'DEV_RUNNING';
  readonly remedy = 'halt';

  constructor(folder: string, pid: number, file: string) {
    super(
      `vchain dev runs in ${folder} already, as process ${pid}: use that one, or end it with Ctrl-C; if it is another program, remove ${file}`,
    );
  }
}
