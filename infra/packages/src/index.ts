export type { Tarball } from './pack.ts';
export { type Manifest, publishedPackages, repository, type Workspace, workspaces } from './published.ts';
