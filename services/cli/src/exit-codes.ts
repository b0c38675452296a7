/** The end of every command's help. */
export const EXIT_CODES = `
Exit codes: 0 done, 1 a foreseen failure (its code is printed), 2 wrong usage, 70 a bug.`;
