import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConfigurationError } from '@migration-status/core';
import type { Environment } from '../output/output-mode.ts';
import type { CredentialSource } from './config.ts';

/** Where credentials are looked for. */
export interface CredentialPlaces {
  readonly environment: Environment;
  /** What the paths of files count from. */
  readonly folder: string;
}

/** Reads a credential, without the line break at its end. Throws a `ConfigurationError` that says where it is missing. */
export async function readCredential(
  source: CredentialSource,
  option: string,
  { environment, folder }: CredentialPlaces,
): Promise<string> {
  if ('env' in source) {
    const value = environment[source.env];
    if (value) return value;
    throw new ConfigurationError({ option, message: `"${option}": the variable ${source.env} is not set` });
  }
  const value = await readText(path.resolve(folder, source.file));
  if (value) return value;
  const reason = value === undefined ? 'cannot be read' : 'is empty';
  throw new ConfigurationError({ option, message: `"${option}": the file ${source.file} ${reason}` });
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    return undefined;
  }
}
