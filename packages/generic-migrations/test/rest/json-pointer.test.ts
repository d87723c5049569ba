import { describe, expect, it } from 'vitest';
import { isJsonPointer, toPath, valueAt } from '../../src/rest/json-pointer.ts';

/** The document of RFC 6901, section 5. */
const document = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};

describe('a JSON Pointer', () => {
  it.each([
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('%j leads where RFC 6901 says', (pointer, value) => {
    expect(valueAt(document, pointer)).toEqual(value);
  });

  it.each(['/foo/2', '/foo/-', '/foo/01', '/foo/1x', '/foo/length', '/foo/0/0', '/bar', '/a~1b/c', '/foo/'])(
    '%j leads nowhere',
    (pointer) => {
      expect(valueAt(document, pointer)).toBeUndefined();
    },
  );

  it.each(['/__proto__', '/constructor', '/toString', '/hasOwnProperty', '/__proto__/constructor'])(
    '%j finds what a body has itself, and nothing that every object has',
    (pointer) => {
      expect(valueAt({}, pointer)).toBeUndefined();
      expect(valueAt([], pointer)).toBeUndefined();
      const names = pointer.slice(1).split('/').toReversed();
      const body = JSON.parse(names.reduce((json, name) => `{"${name}":${json}}`, '"own"'));
      expect(valueAt(body, pointer)).toBe('own');
    },
  );

  it.each([undefined, null, 7, 'text', true])('leads nowhere in %j', (root) => {
    expect(valueAt(root, '/0')).toBeUndefined();
    expect(valueAt(root, '')).toBe(root);
  });

  it.each([
    ['', true],
    ['/', true],
    ['/a/0/~0~1', true],
    ['a', false],
    ['/a~', false],
    ['/a~2', false],
    ['#/a', false],
  ])('%j is one: %j', (text, isOne) => {
    expect(isJsonPointer(text)).toBe(isOne);
  });

  it('is a path, with numbers for indices', () => {
    expect(toPath('/jobs/0/a~1b/01')).toEqual(['jobs', 0, 'a/b', '01']);
  });
});
