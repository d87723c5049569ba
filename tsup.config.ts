import { defineConfig } from 'tsup';

/** Shared by every package: JavaScript only, because `tsc -b` writes the declarations. */
export default defineConfig({
  format: ['esm'],
  target: 'es2024',
  platform: 'neutral',
  splitting: true,
  sourcemap: true,
  // The build info of `tsc -b` lies in `dist` too, so that it goes with the declarations and they are written again.
  clean: true,
  dts: false,
});
