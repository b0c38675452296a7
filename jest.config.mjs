/** Unit tests stand beside the code; suites that need real parts live in `test`. */
const transform = {
  '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } }],
};

export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform,
  testEnvironment: '<rootDir>/test/environment.mjs',
  testSequencer: '<rootDir>/test/sequencer.mjs',
  testMatch: ['<rootDir>/{libs,services,infra,test}/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/.vchain'],
  // The template's tests are for `node --test`; a test of the package that holds them runs them so.
  testPathIgnorePatterns: ['/node_modules/', '/template/'],
  testTimeout: 30_000,
};
