import { join, resolve } from 'node:path';

const own = resolve(import.meta.dirname, '..');

/** Builds the page into a folder, which is emptied first. @throws Error */
export async function buildInto(folder: string): Promise<void> {
  const { build } = await import('vite').catch(() => {
    throw new Error('Vite is not installed; npm ci brings it');
  });
  process.env['NODE_ENV'] = 'production'; // with any other value paths of this machine come into the files
  await build({
    root: join(own, 'page'),
    base: '/',
    configFile: false,
    publicDir: false,
    logLevel: 'silent', // what fails is thrown
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  });
}
