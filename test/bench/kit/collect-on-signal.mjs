/** Loaded into a process that is measured: on SIGUSR2 it frees what nobody can reach any more. Needs `--expose-gc`. */
process.on('SIGUSR2', () => globalThis.gc());
