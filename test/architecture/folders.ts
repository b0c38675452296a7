import { posix } from 'node:path';

/** How many files a folder of `libs` or `services` may have on one level. */
export const FOLDER_FILES_MAX = 20;

/**
 * Folders of a library in layers, the top ones first: a file imports only what is in its own folder or in layers below.
 * `''` is the files beside the folders; the library's door is held to nothing.
 */
export const LAYERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'libs/projection/src': [['snapshot', 'rebuild'], ['verify'], ['read'], ['registry'], ['advance'], ['build'], ['']],
};

/** Files on one level of each folder of `libs` and `services`. */
export function filesByFolder(files: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const file of files) {
    const folder = posix.dirname(file);
    if (/^(libs|services)\//.test(file)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return counts;
}

export function crowded(counts: ReadonlyMap<string, number>): string[] {
  return [...counts]
    .filter(([, count]) => count > FOLDER_FILES_MAX)
    .map(([folder, count]) => `${folder}: ${count} files on one level, of ${FOLDER_FILES_MAX}`);
}

/** Why a file may not import another of its own library, null where it may. */
export function layerBreach(file: string, imported: string): string | null {
  const base = Object.keys(LAYERS).find((folder) => file.startsWith(`${folder}/`));
  if (base === undefined || !imported.startsWith(`${base}/`) || file === `${base}/index.ts`) return null;
  if (/\.(test|example)\.ts$/.test(file)) return null;
  const layers = LAYERS[base] ?? [];
  const folderOf = (path: string): string => /^([^/]+)\//.exec(path.slice(base.length + 1))?.[1] ?? '';
  const [from, to] = [folderOf(file), folderOf(imported)];
  const layerOf = (folder: string): number => layers.findIndex((layer) => layer.includes(folder));
  if (from === to || layerOf(from) < layerOf(to)) return null;
  return `${file}: ${from || 'a file beside the folders'} imports ${to || 'the door'} (${imported}), which is not below it`;
}
