import { expect, test } from '@jest/globals';
import { doubleSha256, doubleSha256Each, joinBytes } from '../index.ts';
import { sha256Batch } from './sha256-batch.ts';

test('a host that has WebAssembly and forbids it, as a web page may, hashes without it', () => {
  const host = globalThis as unknown as { WebAssembly: object };
  const own = host.WebAssembly;
  const Module = class {
    constructor() {
      throw new Error('refused by the content security policy');
    }
  };
  host.WebAssembly = { validate: () => true, Module, Instance: Module };
  try {
    expect(sha256Batch()).toBeNull();
    const messages = Array.from({ length: 20 }, (_, index) => new Uint8Array(100).fill(index));
    expect(doubleSha256Each(messages)).toEqual(joinBytes(messages.map(doubleSha256)));
  } finally {
    host.WebAssembly = own;
  }
});
