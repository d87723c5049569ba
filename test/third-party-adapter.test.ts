import { describe, expect, it } from 'vitest';
import { listFiles, readText } from './support/workspace.ts';

const example = 'examples/third-party-adapter';

describe('the adapter of somebody else', () => {
  it('has at most 40 lines without imports and comments', () => {
    const lines = listFiles(`${example}/src`, '.ts').flatMap((file) => listOwnLines(readText(file)));
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.length).toBeLessThanOrEqual(40);
  });

  it('imports what is published, and nothing else of this workspace', () => {
    const imported = listFiles(example, '.ts').flatMap((file) =>
      [...readText(file).matchAll(/from '([^'.][^']*|\.{1,2}\/[^']*)'/g)].map(
        ([, specifier = '']) => specifier,
      ),
    );
    expect([...new Set(imported)].sort()).toEqual([
      '../src/boxlift-adapter.ts',
      './harness.ts',
      '@migration-status/core/adapter',
      '@migration-status/testkit',
      '@migration-status/testkit/node-test',
      'node:fs',
      'zod/mini',
    ]);
  });

  it('asks for no package by a path or out of the workspace', () => {
    const { dependencies, devDependencies } = JSON.parse(readText(`${example}/package.json`));
    const ranges = Object.values({ ...dependencies, ...devDependencies });
    expect(ranges.length).toBeGreaterThan(2);
    for (const range of ranges) expect(range).toMatch(/^\^\d+\.\d+\.\d+$/);
    expect(readText('pnpm-workspace.yaml')).toContain(`- "!${example}"`);
  });
});

/** The lines of a module, without imports, comments and empty ones. */
function listOwnLines(code: string): readonly string[] {
  return code
    .replaceAll(/^import [^;]*;$/gm, '')
    .replaceAll(/\/\*.*?\*\//gs, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('//'));
}
