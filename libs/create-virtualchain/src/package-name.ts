import { ExpectedError } from '@virtualchain/kernel';

/** A name that a package, a virtual chain and a schema of Postgres cannot have. */
export class PackageNameInvalid extends ExpectedError {
  override readonly name = 'PackageNameInvalid';
  readonly code = 'PACKAGE_NAME_INVALID';
  readonly remedy = 'halt';
}

/** What is made of the name of a package. */
export interface Names {
  /** Of the package: `guest-book`. */
  readonly packageName: string;
  /** Of chain and machine: `guest_book`. */
  readonly chainName: string;
  /** Two letters that mark its operations: `gb`. */
  readonly magic: string;
}

const PACKAGE_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** The schemas of Postgres are named after chain, machine and build, in 63 characters. */
const NAME_CHARACTERS_MAX = 20;

/** @throws PackageNameInvalid */
export function namesOf(packageName: string): Names {
  if (!PACKAGE_NAME.test(packageName) || packageName.length < 2 || packageName.length > NAME_CHARACTERS_MAX)
    throw new PackageNameInvalid(
      `name ${JSON.stringify(packageName)}: must be 2 to ${NAME_CHARACTERS_MAX} of a-z, 0-9 and single hyphens, a letter first; give one such as guest-book`,
    );
  const words = packageName.split('-');
  const initials = words.map((word) => word.charAt(0)).join('');
  const magic = (initials.length > 1 ? initials : packageName).slice(0, 2);
  return { packageName, chainName: words.join('_'), magic };
}
