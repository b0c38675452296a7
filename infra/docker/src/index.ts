export { type Docker, type DockerResult, dockerWith } from './docker.ts';
export { type Engine, EngineUnavailable, openEngine } from './engine.ts';
export { provideImages } from './images.ts';
