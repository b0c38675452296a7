export { armFailpoint, FailpointRefused } from './arm.ts';
export { defineFailpoints, type Failpoints } from './failpoints.ts';
