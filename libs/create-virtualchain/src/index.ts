export { type Created, CreateRefused, createPackage } from './create-package.ts';
export { nextSteps } from './next-steps.ts';
export { PackageNameInvalid } from './package-name.ts';
export type { PackagePlan } from './plan.ts';
