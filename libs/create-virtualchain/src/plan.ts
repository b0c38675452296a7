/** Where the package goes; its last part is the package's name. */
export interface PackagePlan {
  readonly folder: string;
  /** Of our packages, which the new one asks for. */
  readonly version: string;
  /** A folder with tarballs of our packages, taken instead of the registry. */
  readonly packages?: string;
}
