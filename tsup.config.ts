import { defineConfig } from 'tsup';

/** Shared by every package: JavaScript only, because `tsc -b` writes the declarations. */
export default defineConfig({
  format: ['esm'],
  target: 'es2024',
  platform: 'neutral',
  splitting: true,
  sourcemap: true,
  clean: false,
  dts: false,
});
