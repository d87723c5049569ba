import { describe, expect, test } from 'vitest';
import { isPlainPath } from '../../src/adapter/is-plain-path.ts';

const origin = 'https://api.acme.example';

describe('a path is plain', () => {
  test.each([
    '/jobs/1',
    '/v2.0/jobs/mig_7-a',
    '/organizations/org_1/users:import',
    '/jobs?page=2&ids=a,b&after=2026-04-28T10:30:00.000Z&path=/a/../b&name=a%20b',
  ])('as %s', (path) => {
    expect(isPlainPath(path)).toBe(true);
  });

  const characters = Array.from({ length: 0x200 }, (_, code) => String.fromCharCode(code));

  test.each(['/x', '/a#b', '/ax', '/xa/b', '/a/x', '/a?x', '/a?bx', '/a?x#'])(
    'only where a URL leaves it as it is, whichever characters stand for the x in %s',
    (pattern) => {
      const pairs = characters.flatMap((one) => [one, `${one}${one}`, `.${one}`, `${one}.`, `${one}2e`]);
      const paths = pairs.map((pair) => pattern.replace('x', () => pair)).filter(isPlainPath);
      expect(paths.filter((path) => new URL(`${origin}${path}`).href !== `${origin}${path}`)).toEqual([]);
    },
  );
});

test.each([
  '',
  'jobs/1',
  '//other.example/jobs',
  '/jobs/',
  '/jobs/..',
  '/jobs/../admin',
  '/jobs/.',
  '/jobs/%2e%2e/admin',
  '/jobs/%2E',
  '/jobs\\..\\admin',
  '/jobs/a b',
  '/jobs/ü',
  '/jobs#top',
  '/jobs/1\n',
  '/jobs/1?a\n',
  '\t/jobs/1',
])('%j is left to be looked at', (path) => {
  expect(isPlainPath(path)).toBe(false);
});
