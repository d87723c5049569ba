import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '@migration-status/core';
import type { MigrationStatusConfig } from './config.ts';
import { describeLoadFailure } from './describe-load-failure.ts';
import { parseConfig } from './parse-config.ts';

/** A configuration, and the folder that its paths count from. */
export interface LoadedConfig {
  readonly config: MigrationStatusConfig;
  readonly folder: string;
  /** Absent where there is none. */
  readonly file?: string;
}

/** What is looked for, in this order. */
export const configFiles = ['ts', 'js', 'json'].map((extension) => `migration-status.config.${extension}`);

/**
 * Loads the configuration: the file that is named, or else the one in the folder. To have none is fine, unless one is named.
 * Only this folder is searched, because a configuration is code that runs.
 */
export async function loadConfig(folder: string, named: string | undefined): Promise<LoadedConfig> {
  const candidates = named === undefined ? configFiles : [named];
  const file = candidates.map((name) => path.resolve(folder, name)).find((name) => existsSync(name));
  if (file !== undefined)
    return { config: parseConfig(await read(file), path.basename(file)), folder: path.dirname(file), file };
  if (named === undefined) return { config: {}, folder };
  throw new ConfigurationError({ option: '--config', message: `--config: there is no file ${named}` });
}

async function read(file: string): Promise<unknown> {
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(file, 'utf8'));
    const loaded: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
    return loaded.default;
  } catch (cause) {
    const message = `${path.basename(file)}: ${describeLoadFailure(cause)}`;
    throw new ConfigurationError({ option: '--config', message, cause });
  }
}
