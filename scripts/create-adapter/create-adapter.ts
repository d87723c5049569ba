import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mustRun } from '../../test/support/run-command.ts';
import { workspaceRoot } from '../../test/support/workspace.ts';
import { type AdapterNames, parseAdapterName, rename } from './adapter-names.ts';
import { type PlannedFile, wireAdapter } from './wire-adapter.ts';

/** No adapter can be made with this name, or in this place; the message says why. */
export class RefusedWishError extends Error {}

/**
 * Writes the package of a new adapter into a workspace, and makes the workspace know of it. Nothing that is there is
 * overwritten, but the lists that packages stand in. Rejects with a {@link RefusedWishError} before anything is written.
 *
 * @param name In kebab-case: `data-mover`.
 * @param workspace The root of the workspace.
 */
export async function createAdapter(name: string, workspace: string): Promise<readonly string[]> {
  const names = parseAdapterName(name);
  if (names === undefined) {
    throw new RefusedWishError(
      `"${name}" is no name for a package: it must be in kebab-case, as data-mover is`,
    );
  }
  if (!existsSync(path.join(workspace, 'packages'))) {
    throw new RefusedWishError(`${workspace} is no workspace: there is no folder packages in it`);
  }
  const taken = findTaken(workspace, names);
  if (taken !== undefined) throw new RefusedWishError(`"${name}" is taken: there is packages/${taken}`);
  const own = planPackage(names);
  const wires = wireAdapter(workspace, names);
  for (const { file, text } of own) {
    mkdirSync(path.dirname(path.join(workspace, file)), { recursive: true });
    writeFileSync(path.join(workspace, file), text, { flag: 'wx' });
  }
  for (const { file, text } of wires) writeFileSync(path.join(workspace, file), text);
  await format(workspace, names);
  return [...own, ...wires].map(({ file }) => file);
}

/** A package whose exports would have the same names, however its dashes stand. */
function findTaken(workspace: string, { kebab }: AdapterNames): string | undefined {
  const toPlain = (folder: string) => folder.replaceAll('-', '');
  return readdirSync(path.join(workspace, 'packages')).find((folder) => toPlain(folder) === toPlain(kebab));
}

function planPackage(names: AdapterNames): readonly PlannedFile[] {
  const template = path.join(workspaceRoot, 'scripts/adapter-template');
  return readdirSync(template, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .map((file) => ({
      file: path.join('packages', names.kebab, rename(path.relative(template, file), names)),
      text: rename(readFileSync(file, 'utf8'), names),
    }));
}

/** Lines are longer or shorter with another name in them, and imports are sorted by it. */
async function format(workspace: string, { kebab }: AdapterNames): Promise<void> {
  const biome = path.join(workspaceRoot, 'node_modules/.bin/biome');
  if (!existsSync(biome)) return;
  await mustRun(biome, ['check', '--write', `packages/${kebab}`], { cwd: workspace });
}
