import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** What an application takes along with one import. */
interface Bundle {
  readonly gzipped: number;
  /** Minified bytes by the end of a module's path; those that left nothing are not there. */
  readonly modules: ReadonlyMap<string, number>;
}

async function bundle(entry: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entry, resolveDir: path.resolve(import.meta.dirname, '..') },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['source'],
    logLevel: 'silent',
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return {
    gzipped: outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0),
    modules: new Map(
      inputs.flatMap(([file, { bytesInOutput }]) =>
        bytesInOutput > 0 ? [[file.replace(/^.*(?:packages|node_modules)\//, ''), bytesInOutput]] : [],
      ),
    ),
  };
}

const core = '@migration-status/core';
const adapters = [
  ['velt', 'createVeltAdapter'],
  ['onlyoffice', 'createOnlyOfficeAdapter'],
  ['snaplogic', 'createSnapLogicAdapter'],
  ['generic-migrations', 'createGenericMigrationsAdapter'],
] as const;

describe('a wait for one migration', () => {
  it('takes along nothing that is there because of many', async () => {
    const { modules } = await bundle(`export { pollUntilDone } from '${core}'`);
    const ofMany = ['engine', 'row-table', 'key-index', 'id-lists', 'lane-queue', 'planner', 'agenda'];
    expect([...modules.keys()]).toContain('core/src/engine/lone-engine.ts');
    expect(ofMany.filter((name) => modules.has(`core/src/engine/${name}.ts`))).toEqual([]);
    expect([...modules.keys()].filter((file) => !file.startsWith('core/src/'))).toEqual([]);
  });

  it('weighs less than half of a tracker', async () => {
    const alone = await bundle(`export { pollUntilDone } from '${core}'`);
    const tracker = await bundle(`export { createTracker } from '${core}'`);
    expect(alone.gzipped).toBeLessThan(tracker.gzipped / 2);
  });
});

describe('an adapter', () => {
  it.each(adapters)('of %s takes along neither engine nor tracker', async (name, factory) => {
    const { modules } = await bundle(`export { ${factory} } from '@migration-status/${name}'`);
    expect([...modules.keys()].filter((file) => /^core\/src\/(?!model|adapter)/.test(file))).toEqual([]);
    expect([...modules.keys()]).toContain('core/src/adapter/http-client.ts');
  });

  it.each(adapters)('of %s takes along only those helpers of zod that it uses', async (name, factory) => {
    const { modules } = await bundle(`export { ${factory} } from '@migration-status/${name}'`);
    // With all of them it is 13 kB.
    expect(modules.get('zod/v4/core/util.js')).toBeLessThan(7_000);
  });
});
