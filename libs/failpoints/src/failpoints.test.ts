import { expect, test } from '@jest/globals';
import { defineFailpoints } from './failpoints.ts';

test('a listener is told of each point of its part, and of no other, until it stops', () => {
  const ours = defineFailpoints('test-ours', ['before', 'after']);
  const others = defineFailpoints('test-others', ['before']);
  const passed: string[] = [];
  {
    using _listening = ours.listen((name) => passed.push(name));
    ours.pass('before');
    others.pass('before');
    ours.pass('after');
  }
  ours.pass('before');
  expect(passed).toEqual(['before', 'after']);
});

test('what a listener throws, the work at the point throws', () => {
  const points = defineFailpoints('test-throws', ['here']);
  using _listening = points.listen(() => {
    throw new Error('cut');
  });
  expect(() => points.pass('here')).toThrow('cut');
});
