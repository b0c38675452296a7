import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { circles, importsOfAll } from './circles.ts';
import { crowded, FOLDER_FILES_MAX, filesByFolder, layerBreach } from './folders.ts';
import { allBreaches, sourceFiles } from './rules.ts';
import { FUNCTION_LINES_MAX, type FunctionShape, functionsOf, isBound, misshapen, PARAMETERS_MAX } from './shape.ts';

/** What the check found, and the figures it prints. */
export interface Survey {
  /** Each as `file: why`. */
  readonly breaches: readonly string[];
  readonly figures: readonly string[];
}

/** Looks at every source file of the repository. */
export function survey(root: string): Survey {
  const files = sourceFiles(root);
  const functions = files.flatMap((file) => functionsOf(file, readFileSync(join(root, file), 'utf8')));
  const imports = importsOfAll(root, files);
  const rounds = circles(imports);
  const folders = filesByFolder(files);
  return {
    breaches: [
      ...allBreaches(root),
      ...misshapen(functions),
      ...rounds.map((round) => `${round.join(', ')}: import each other`),
      ...crowded(folders),
      ...[...imports].flatMap(([file, imported]) => imported.flatMap((one) => layerBreach(file, one) ?? [])),
    ],
    figures: figures(functions, folders, rounds.length, files.length),
  };
}

function figures(
  functions: readonly FunctionShape[],
  folders: ReadonlyMap<string, number>,
  rounds: number,
  files: number,
): string[] {
  const bound = functions.filter(isBound);
  const longest = bound.reduce((most, one) => (one.lines > most.lines ? one : most));
  const widest = bound.reduce((most, one) => (one.parameters > most.parameters ? one : most));
  const [folder, count] = [...folders].reduce((most, one) => (one[1] > most[1] ? one : most));
  return [
    `${functions.length} functions in ${files} files, ${functions.length - bound.length} of them in lists of tests`,
    `longest function: ${longest.lines} lines of ${FUNCTION_LINES_MAX}, ${longest.name} in ${longest.file}`,
    `most parameters: ${widest.parameters} of ${PARAMETERS_MAX}, ${widest.name} in ${widest.file}`,
    `most files on one level: ${count} of ${FOLDER_FILES_MAX}, ${folder}`,
    `circles of imports, types included: ${rounds}`,
  ];
}
