/** `npm run helm`: gets a helm into the cache where there is none on the PATH, built with Go, and prints its path. */
import { provideHelm } from '../src/tools/helm.ts';

console.log(await provideHelm(process.env, (line) => console.error(line)));
