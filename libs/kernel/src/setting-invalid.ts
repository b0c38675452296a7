import { ExpectedError } from './expected-error.ts';

/** Something that a person set breaks its rules: everything that is wrong with it is listed. */
export abstract class SettingInvalid extends ExpectedError {
  readonly code = 'CONFIG_INVALID';
  readonly remedy = 'halt';
  readonly problems: readonly string[];

  constructor(message: string, problems: readonly string[]) {
    super(message);
    this.problems = problems;
  }
}
