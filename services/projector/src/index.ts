export { failpoints } from './failpoints.ts';
export { type ProjectOptions, project } from './project.ts';
export type { ProjectorEvents, ProjectorState } from './projector-events.ts';
