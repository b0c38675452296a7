import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import {
  Application,
  type DeclarationReflection,
  LogLevel,
  type ProjectReflection,
  type TypeDocOptions,
} from 'typedoc';
import { publishedPackages, repository, type Workspace } from './published.ts';

/** What TypeDoc found amiss, as it says it. */
export class ReferenceIncomplete extends Error {
  override readonly name = 'ReferenceIncomplete';
}

/**
 * Writes the API reference to `out`: what the doors of the packages export, with their docstrings. Without `out` nothing is
 * written.
 *
 * @throws ReferenceIncomplete where a door exports something without a docstring, or a link leads nowhere.
 */
export async function writeReference(out?: string): Promise<void> {
  const doors = publishedPackages().flatMap(doorsOf);
  const options: TypeDocOptions = {
    entryPoints: doors.map(({ file }) => join(repository, file)),
    tsconfig: join(repository, 'infra/packages/tsconfig.json'),
    name: 'virtualchain',
    readme: 'none',
    disableSources: true,
    skipErrorChecking: true,
    excludeInternal: true,
    excludePrivate: true,
    validation: { notExported: false, invalidLink: true, notDocumented: false },
  };
  const app = await Application.bootstrap(options);
  app.logger.level = LogLevel.Warn;
  const project = await app.convert();
  if (project === undefined) throw new ReferenceIncomplete('TypeDoc could not read the doors of the packages');
  for (const module of project.children ?? []) {
    const one = doors.find(({ file }) => posix.dirname(file) === module.name);
    if (one !== undefined) module.name = one.name;
  }
  app.validate(project);
  for (const name of withoutDocstring(project))
    app.logger.warn(`${name} has no docstring` as Parameters<typeof app.logger.warn>[0]);
  if (out !== undefined) await app.generateDocs(project, out);
  if (app.logger.hasErrors() || app.logger.hasWarnings())
    throw new ReferenceIncomplete(`${app.logger.errorCount} errors and ${app.logger.warningCount} warnings, above`);
}

/** A door for users of a package: what it is imported by, and its source. Those of services are for the executable. */
interface Door {
  readonly name: string;
  readonly file: string;
}

function doorsOf({ folder, manifest: { name, exports = {} } }: Workspace): readonly Door[] {
  return Object.entries(exports)
    .filter(([, source]) => /\/index\.ts$/.test(source) && existsSync(join(repository, folder, source)))
    .map(([door, source]) => ({ name: name + door.slice(1), file: posix.join(folder, source) }));
}

/** What doors export without a word; one that is exported again has its words where it comes from. */
function withoutDocstring(project: ProjectReflection): readonly string[] {
  return (project.children ?? []).flatMap((module) =>
    (module.children ?? [])
      .filter((one) => !one.isReference() && !hasDocstring(one))
      .map((one) => `${module.name}: ${one.name}`),
  );
}

function hasDocstring(one: DeclarationReflection): boolean {
  const signatures = one.signatures ?? [];
  return one.hasComment() || signatures.some((signature) => signature.hasComment());
}
