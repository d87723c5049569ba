import { configDefaults, defineConfig } from 'vitest/config';

/** Tests run the sources unbuilt: every package offers them under the `source` export condition. */
const conditions = ['source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/test/**/*.test.{ts,tsx}',
      'examples/*/test/**/*.test.ts',
      'bench/test/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    // What the documentation is written out to is run by the tests of it.
    exclude: [...configDefaults.exclude, 'test/.generated/**'],
    // Generous, because a busy machine is no fault of a test.
    testTimeout: 30_000,
    setupFiles: ['./test/setup/fail-on-console.ts'],
  },
});
