import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder that everything is in. */
export const workspaceRoot = path.resolve(import.meta.dirname, '../..');

/** What the tests ask of a package's manifest. */
export interface Manifest {
  readonly name: string;
  readonly migrationStatus?: { readonly kind?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** One package of the workspace. */
export interface WorkspacePackage {
  /** `velt` */
  readonly folder: string;
  readonly directory: string;
  readonly manifest: Manifest;
}

/** The packages that are published, by folder name. */
export function listPackages(): readonly WorkspacePackage[] {
  const parent = path.join(workspaceRoot, 'packages');
  return readdirSync(parent, { withFileTypes: true })
    .filter(({ name }) => existsSync(path.join(parent, name, 'package.json')))
    .map(({ name }) => {
      const directory = path.join(parent, name);
      const manifest: Manifest = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));
      return { folder: name, directory, manifest };
    });
}

/** The packages that map a provider. */
export function listAdapterPackages(): readonly WorkspacePackage[] {
  return listPackages().filter(({ manifest }) => manifest.migrationStatus?.kind === 'adapter');
}

/** All files under a folder of the workspace that end in `extension`, as paths from the root, dependencies left out. */
export function listFiles(folder: string, extension: string): readonly string[] {
  return readdirSync(path.join(workspaceRoot, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((name) => name.endsWith(extension) && !/(?:^|\/)(?:node_modules|dist)\//.test(name))
    .sort();
}

/** A file of the workspace as text. */
export function readText(file: string): string {
  return readFileSync(path.join(workspaceRoot, file), 'utf8');
}
