import { resolve } from 'node:path';
import { survey } from './survey.ts';

const { breaches, figures } = survey(resolve(import.meta.dirname, '../..'));
for (const figure of figures) console.log(`     ${figure}`);
for (const breach of breaches) console.error(breach);
process.exitCode = breaches.length > 0 ? 1 : 0;
