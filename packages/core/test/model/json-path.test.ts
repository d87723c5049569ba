import { describe, expect, test } from 'vitest';
import { formatJsonPath, valueAt } from '../../src/model/json-path.ts';

test.each([
  { path: [], text: '$' },
  { path: ['users', 0, 'email'], text: '$.users[0].email' },
  { path: ['a b', 'x"y', '0', '', '$ref'], text: '$["a b"]["x\\"y"]["0"][""].$ref' },
  { path: ['__proto__', Symbol('hidden')], text: '$.__proto__["Symbol(hidden)"]' },
])('$text is written for $path', ({ path, text }) => {
  expect(formatJsonPath(path)).toBe(text);
});

describe('what stands at a path', () => {
  const root = { users: [{ email: 'a@b' }], empty: null };

  test.each([
    { path: [], value: root },
    { path: ['users', 0, 'email'], value: 'a@b' },
    { path: ['empty'], value: null },
    { path: ['users', 1, 'email'], value: undefined },
    { path: ['empty', 'field'], value: undefined },
    { path: ['users', 0, 'email', 'length'], value: undefined },
  ])('$path is $value', ({ path, value }) => {
    expect(valueAt(root, path)).toBe(value);
  });

  test.each(['constructor', '__proto__', 'toString'])('is nothing where %s is not its own', (field) => {
    expect(valueAt(root, [field])).toBeUndefined();
  });
});
