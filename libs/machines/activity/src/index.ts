export { type ActivityOperation, activityMachine } from './machine.ts';
