import { print } from '../../../output.ts';
import type { Happening } from '../happenings.ts';
import { linesOf } from './lines.ts';
import { type Names, namesOf } from './names.ts';

/** Says what happens: a line of JSON each, or lines for people. */
export function createTeller({
  json,
  folder,
}: {
  readonly json: boolean;
  readonly folder: string;
}): (happening: Happening) => void {
  const names: Names = namesOf();
  const lines = linesOf({ names, folder });
  return (happening) => {
    if (json) print(JSON.stringify(happening));
    else for (const line of lines(happening)) print(line);
  };
}
