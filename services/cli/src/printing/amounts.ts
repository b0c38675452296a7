/** For people: `2,000`; below ten with a fraction, where there is one. */
export function countText(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** For people: `574.9 kB`. */
export function sizeText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const fraction = power === 0 ? 0 : 1;
  return `${(bytes / 1_000 ** power).toLocaleString('en', { maximumFractionDigits: fraction })} ${UNITS[power]}`;
}
