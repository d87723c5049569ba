import { defineConfig } from 'tsup';

/** Shared by every package: JavaScript only, because `tsc -b` writes the declarations. */
export default defineConfig({
  // One file per module, so that whoever bundles an application takes along only what it uses.
  entry: ['src/**/*.{ts,tsx}'],
  esbuildPlugins: [
    {
      name: 'keep-modules-apart',
      setup(build) {
        build.onResolve({ filter: /^\.{1,2}\// }, ({ path, kind }) =>
          kind === 'entry-point' ? undefined : { path: path.replace(/\.tsx?$/, '.js'), external: true },
        );
      },
    },
  ],
  // Nor is anything of another package taken in, also not of one that is optional.
  skipNodeModulesBundle: true,
  format: ['esm'],
  target: 'es2024',
  platform: 'neutral',
  splitting: false,
  // Names of Node's own stay as they are: `node:test` has no other.
  removeNodeProtocol: false,
  external: [/^node:/],
  esbuildOptions(options) {
    options.jsx = 'automatic';
  },
  sourcemap: true,
  // The build info of `tsc -b` lies in `dist` too, so that it goes with the declarations and they are written again.
  clean: true,
  dts: false,
});
