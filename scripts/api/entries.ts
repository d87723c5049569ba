import path from 'node:path';
import { listPackages, workspaceRoot } from '../../test/support/workspace.ts';

/**
 * Where this script keeps what it needs for a moment: apart from `dist`, which others build and clean at the same time, and
 * not in `node_modules`, where everything passes for somebody else's.
 */
export const cacheFolder = path.join(workspaceRoot, 'test/.generated/api');

/** One way into a package, as its manifest offers it. */
export interface Entry {
  /** `core` */
  readonly folder: string;
  /** Of the package. */
  readonly directory: string;
  /** What users import: `@migration-status/core/adapter`. */
  readonly specifier: string;
  /** The declarations of what it exports. */
  readonly declarations: string;
}

/** The entries of all packages, in the order of their manifests. */
export function listEntries(): readonly Entry[] {
  return listPackages().flatMap(({ folder, directory, manifest }) =>
    Object.entries<unknown>(Object(manifest).exports).flatMap(([name, target]): Entry[] => {
      const source: unknown = Object(target).source;
      if (typeof source !== 'string') return [];
      const file = source.replace('./src/', `${folder}/src/`).replace(/\.ts$/, '.d.ts');
      const declarations = path.join(cacheFolder, 'declarations', file);
      return [{ folder, directory, specifier: path.posix.join(manifest.name, name), declarations }];
    }),
  );
}
